"""`/v1/users`, `/v1/owners` and `/v1/registrycredentials`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.render.http import body as read
from sandbox.render.http.requests import Door, listed, page, within
from sandbox.render.services.service import RenderService

_CREDENTIAL = "/v1/registrycredentials/{id}"
_NO_CONTENT = 204


class AccountRoutes:
    """Endpoints about the user, the workspaces and their registry credentials."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._account = service.account
        self._credentials = service.parts.credentials
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed = self._door.keyed
        return [
            Route("/v1/users", keyed(self.user), methods=["GET"]),
            Route("/v1/owners", keyed(self.owners), methods=["GET"]),
            Route("/v1/owners/{id}", keyed(self.owner), methods=["GET"]),
            Route("/v1/registrycredentials", keyed(self.credentials), methods=["GET"]),
            Route("/v1/registrycredentials", keyed(self.add_credential), methods=["POST"]),
            Route(_CREDENTIAL, keyed(self.credential), methods=["GET"]),
            Route(_CREDENTIAL, keyed(self.change_credential), methods=["PATCH"]),
            Route(_CREDENTIAL, keyed(self.remove_credential), methods=["DELETE"]),
        ]

    def user(self, _request: Request, _body: bytes) -> Response:
        """`GET /users`."""
        return self._door.answer(self._account.description())

    def owners(self, request: Request, _body: bytes) -> Response:
        """`GET /owners`."""
        names, emails = listed(request, "name"), listed(request, "email")
        found = [
            each
            for each in self._account.workspaces
            if (not names or each.name in names) and (not emails or each.email in emails)
        ]
        return self._door.answer(
            page(request, found, lambda each: each.id, lambda each: each.description(), "owner")
        )

    def owner(self, request: Request, _body: bytes) -> Response:
        """`GET /owners/{id}`."""
        found = self._account.workspace(request.path_params["id"])
        return self._door.answer(found.description())

    def credentials(self, request: Request, _body: bytes) -> Response:
        """`GET /registrycredentials`: a bare list, without cursors in it."""
        wanted = {
            "name": listed(request, "name"),
            "username": listed(request, "username"),
            "registry": listed(request, "type"),
            "owner": listed(request, "ownerId"),
        }
        found = [
            each
            for each in self._credentials.all()
            if all(not allowed or getattr(each, key) in allowed for key, allowed in wanted.items())
            and within(request, {"created": each.created_at, "updated": each.updated_at})
        ]
        name = "credential"
        shown = page(request, found, lambda each: each.id, lambda each: each.description(), name)
        return self._door.answer([each[name] for each in shown])

    def add_credential(self, _request: Request, body: bytes) -> Response:
        """`POST /registrycredentials`: answers 200, as recorded."""
        given = read.json_object(body)
        owner = self._account.owner_of_new(given.get("ownerId"))
        return self._door.answer(self._credentials.add(owner, given).description())

    def credential(self, request: Request, _body: bytes) -> Response:
        """`GET /registrycredentials/{id}`."""
        return self._door.answer(self._credentials.find(request.path_params["id"]).description())

    def change_credential(self, request: Request, body: bytes) -> Response:
        """`PATCH /registrycredentials/{id}`."""
        changed = self._credentials.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(changed.description())

    def remove_credential(self, request: Request, _body: bytes) -> Response:
        """`DELETE /registrycredentials/{id}`."""
        self._credentials.remove(request.path_params["id"])
        return Response(status_code=_NO_CONTENT)
