"""Actions secrets of repositories and environments: names and dates out, sealed values in."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import HOLDERS, answer, nothing, page, route
from sandbox.github.settings.holders import checked_name
from sandbox.github.settings.secret_store import SecretStore


class SecretRoutes:
    """Endpoints of secrets."""

    def __init__(self, addressed: Addressed, store: SecretStore) -> None:
        self._addressed = addressed
        self._store = store

    def routes(self) -> list[Route]:
        """The addresses served here."""
        found = []
        for place in HOLDERS:
            found += [
                route("GET", f"{place}/secrets", self.list),
                route("GET", f"{place}/secrets/public-key", self.public_key),
                route("GET", f"{place}/secrets/{{name}}", self.get),
                route("PUT", f"{place}/secrets/{{name}}", self.put),
                route("DELETE", f"{place}/secrets/{{name}}", self.delete),
            ]
        return found

    def list(self, request: Request, _body: Body) -> Response:
        """`GET …/secrets`."""
        secrets = self._store.list(self._addressed.holder(request))
        chosen, headers = page(request, secrets)
        shown = [asdict(each) for each in chosen]
        return answer(request, {"total_count": len(secrets), "secrets": shown}, headers=headers)

    def public_key(self, request: Request, _body: Body) -> Response:
        """`GET …/secrets/public-key`."""
        key = self._store.public_key(self._addressed.holder(request))
        return answer(request, asdict(key))

    def get(self, request: Request, _body: Body) -> Response:
        """`GET …/secrets/{name}`: never the value."""
        holder = self._addressed.holder(request)
        secret = self._store.find(holder, request.path_params["name"])
        if secret is None:
            raise NotFoundError
        return answer(request, asdict(secret))

    def put(self, request: Request, body: Body) -> Response:
        """`PUT …/secrets/{name}`."""
        holder = self._addressed.holder(request)
        name = checked_name("Secret", request.path_params["name"])
        if not body.optional_text("encrypted_value") or not body.optional_text("key_id"):
            raise UnprocessableError("Bad request - key_id and encrypted_value are required")
        new = self._store.put(holder, name, body.text("encrypted_value"), body.text("key_id"))
        # GitHub answers an empty object to the first one; clients read a body there.
        return answer(request, {}, 201) if new else nothing()

    def delete(self, request: Request, _body: Body) -> Response:
        """`DELETE …/secrets/{name}`."""
        if not self._store.delete(self._addressed.holder(request), request.path_params["name"]):
            raise NotFoundError
        return nothing()
