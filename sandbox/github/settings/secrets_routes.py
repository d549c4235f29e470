"""Actions secrets of repositories and environments: names and dates out, sealed values in."""

from dataclasses import asdict

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.errors import NotFoundError, UnprocessableError, there
from sandbox.github.http.requests import HOLDERS, Routes, answer, listed, nothing
from sandbox.github.settings.holders import checked_name
from sandbox.github.settings.secret_store import SecretStore
from sandbox.http.handlers import at

_ALL = [f"{place}/secrets" for place in HOLDERS]
_ONE = [f"{place}/{{name}}" for place in _ALL]


class SecretRoutes(Routes):
    """Endpoints of secrets."""

    def __init__(self, addressed: Addressed, store: SecretStore) -> None:
        self._addressed = addressed
        self._store = store

    @at("GET", *_ALL)
    def _list(self, request: Request, _body: Body) -> Response:
        secrets = self._store.list(self._addressed.holder(request))
        return listed(request, secrets, asdict, "secrets")

    @at("GET", *(f"{place}/public-key" for place in _ALL))
    def _public_key(self, request: Request, _body: Body) -> Response:
        key = self._store.public_key(self._addressed.holder(request))
        return answer(request, asdict(key))

    @at("GET", *_ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        """Never the value."""
        holder = self._addressed.holder(request)
        secret = there(self._store.find(holder, request.path_params["name"]))
        return answer(request, asdict(secret))

    @at("PUT", *_ONE)
    def _put(self, request: Request, body: Body) -> Response:
        holder = self._addressed.holder(request)
        name = checked_name("Secret", request.path_params["name"])
        if not body.optional_text("encrypted_value") or not body.optional_text("key_id"):
            raise UnprocessableError("Bad request - key_id and encrypted_value are required")
        new = self._store.put(holder, name, body.text("encrypted_value"), body.text("key_id"))
        # GitHub answers an empty object to the first one; clients read a body there.
        return answer(request, {}, 201) if new else nothing()

    @at("DELETE", *_ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        if not self._store.delete(self._addressed.holder(request), request.path_params["name"]):
            raise NotFoundError
        return nothing()
