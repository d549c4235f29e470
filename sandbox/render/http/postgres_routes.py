"""`/v1/postgres`: databases, how to connect to them, and what is done to them."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
from sandbox.render.http import body as read
from sandbox.render.http.account import Account
from sandbox.render.http.requests import Door, Routes, fits, page
from sandbox.render.postgres.describe import connection_info, describe
from sandbox.render.postgres.records import PostgresRecord
from sandbox.render.postgres.service import PostgresService

_POSTGRES = "/v1/postgres/{id}"
_ACCEPTED = 202
_NO_CONTENT = 204


class PostgresRoutes(Routes):
    """Endpoints about databases."""

    def __init__(self, service: PostgresService, account: Account, door: Door) -> None:
        self._service = service
        self._account = account
        self._door = door

    @at("GET", "/v1/postgres")
    def _listing(self, request: Request, _body: bytes) -> Response:
        """Newest first."""
        found = [each for each in self._service.records.all() if _asked(request, each)]
        return self._door.answer(
            page(request, found, lambda each: each.id, self._described, "postgres")
        )

    @at("POST", "/v1/postgres")
    def _create(self, _request: Request, body: bytes) -> Response:
        return self._door.answer(self._described(self._service.create(read.json_object(body))), 201)

    @at("GET", _POSTGRES)
    def _get(self, request: Request, _body: bytes) -> Response:
        return self._door.answer(self._described(self._find(request)))

    @at("PATCH", _POSTGRES)
    def _change(self, request: Request, body: bytes) -> Response:
        changed = self._service.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._described(changed))

    @at("DELETE", _POSTGRES)
    def _delete(self, request: Request, _body: bytes) -> Response:
        self._service.delete(request.path_params["id"])
        return Response(status_code=_NO_CONTENT)

    @at("GET", f"{_POSTGRES}/connection-info")
    def _connect(self, request: Request, _body: bytes) -> Response:
        record = self._find(request)
        return self._door.answer(connection_info(record, self._service.port(record)))

    @at("POST", f"{_POSTGRES}/suspend")
    def _suspend(self, request: Request, _body: bytes) -> Response:
        self._service.suspend(request.path_params["id"])
        return Response(status_code=_ACCEPTED)

    @at("POST", f"{_POSTGRES}/resume")
    def _resume(self, request: Request, _body: bytes) -> Response:
        self._service.resume(request.path_params["id"])
        return Response(status_code=_ACCEPTED)

    @at("POST", f"{_POSTGRES}/restart")
    def _restart(self, request: Request, _body: bytes) -> Response:
        self._service.restart(request.path_params["id"])
        return Response(status_code=_ACCEPTED)

    def _find(self, request: Request) -> PostgresRecord:
        return self._service.find(request.path_params["id"])

    def _described(self, record: PostgresRecord) -> dict[str, object]:
        return describe(record, self._service, self._account)


def _asked(request: Request, record: PostgresRecord) -> bool:
    values = {
        "name": record.name,
        "region": record.region,
        "suspended": "suspended" if record.suspended else "not_suspended",
        "ownerId": record.owner,
        "environmentId": "",  # nothing of the sandbox is in an environment
    }
    return fits(request, values, record.created_at, record.updated_at)
