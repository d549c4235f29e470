"""`/v1/users`, `/v1/owners` and `/v1/registrycredentials`."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
from sandbox.render.http import body as read
from sandbox.render.http.requests import Door, Routes, listed, page, within
from sandbox.render.services.service import RenderService

_CREDENTIAL = "/v1/registrycredentials/{id}"
_NO_CONTENT = 204


class AccountRoutes(Routes):
    """Endpoints about the user, the workspaces and their registry credentials."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._account = service.account
        self._credentials = service.parts.credentials
        self._door = door

    @at("GET", "/v1/users")
    def _user(self, _request: Request, _body: bytes) -> Response:
        return self._door.answer(self._account.description())

    @at("GET", "/v1/owners")
    def _owners(self, request: Request, _body: bytes) -> Response:
        names, emails = listed(request, "name"), listed(request, "email")
        found = [
            each
            for each in self._account.workspaces
            if (not names or each.name in names) and (not emails or each.email in emails)
        ]
        return self._door.answer(
            page(request, found, lambda each: each.id, lambda each: each.description(), "owner")
        )

    @at("GET", "/v1/owners/{id}")
    def _owner(self, request: Request, _body: bytes) -> Response:
        found = self._account.workspace(request.path_params["id"])
        return self._door.answer(found.description())

    @at("GET", "/v1/registrycredentials")
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

    @at("POST", "/v1/registrycredentials")
    def _add_credential(self, _request: Request, body: bytes) -> Response:
        """Answers 200, as recorded."""
        given = read.json_object(body)
        owner = self._account.owner_of_new(given.get("ownerId"))
        return self._door.answer(self._credentials.add(owner, given).description())

    @at("GET", _CREDENTIAL)
    def _credential(self, request: Request, _body: bytes) -> Response:
        return self._door.answer(self._credentials.find(request.path_params["id"]).description())

    @at("PATCH", _CREDENTIAL)
    def _change_credential(self, request: Request, body: bytes) -> Response:
        changed = self._credentials.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(changed.description())

    @at("DELETE", _CREDENTIAL)
    def _remove_credential(self, request: Request, _body: bytes) -> Response:
        self._credentials.remove(request.path_params["id"])
        return Response(status_code=_NO_CONTENT)
