"""`/v1/postgres`: databases, how to connect to them, and what is done to them."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.render.http import body as read
from sandbox.render.http.account import Account
from sandbox.render.http.requests import Door, listed, page, within
from sandbox.render.postgres.describe import connection_info, describe
from sandbox.render.postgres.records import PostgresRecord
from sandbox.render.postgres.service import PostgresService

_POSTGRES = "/v1/postgres/{id}"
_ACCEPTED = 202
_NO_CONTENT = 204


class PostgresRoutes:
    """Endpoints about databases."""

    def __init__(self, service: PostgresService, account: Account, door: Door) -> None:
        self._service = service
        self._account = account
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed, service = self._door.keyed, self._service
        return [
            Route("/v1/postgres", keyed(self.listing), methods=["GET"]),
            Route("/v1/postgres", keyed(self.create), methods=["POST"]),
            Route(_POSTGRES, keyed(self.get), methods=["GET"]),
            Route(_POSTGRES, keyed(self.change), methods=["PATCH"]),
            Route(_POSTGRES, keyed(self.delete), methods=["DELETE"]),
            Route(f"{_POSTGRES}/connection-info", keyed(self.connect), methods=["GET"]),
            *(
                Route(f"{_POSTGRES}/{verb}", keyed(self._does(action)), methods=["POST"])
                for verb, action in (
                    ("suspend", service.suspend),
                    ("resume", service.resume),
                    ("restart", service.restart),
                )
            ),
        ]

    def listing(self, request: Request, _body: bytes) -> Response:
        """`GET /postgres`, newest first."""
        found = [each for each in self._service.records.all() if _asked(request, each)]
        return self._door.answer(
            page(request, found, lambda each: each.id, self._described, "postgres")
        )

    def create(self, _request: Request, body: bytes) -> Response:
        """`POST /postgres`."""
        return self._door.answer(self._described(self._service.create(read.json_object(body))), 201)

    def get(self, request: Request, _body: bytes) -> Response:
        """`GET …`."""
        return self._door.answer(self._described(self._find(request)))

    def change(self, request: Request, body: bytes) -> Response:
        """`PATCH …`."""
        changed = self._service.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._described(changed))

    def delete(self, request: Request, _body: bytes) -> Response:
        """`DELETE …`."""
        self._service.delete(request.path_params["id"])
        return Response(status_code=_NO_CONTENT)

    def connect(self, request: Request, _body: bytes) -> Response:
        """`GET …/connection-info`."""
        record = self._find(request)
        return self._door.answer(connection_info(record, self._service.port(record)))

    def _find(self, request: Request) -> PostgresRecord:
        return self._service.find(request.path_params["id"])

    def _described(self, record: PostgresRecord) -> dict[str, object]:
        return describe(record, self._service, self._account)

    @staticmethod
    def _does(action: Callable[[str], None]) -> Callable[[Request, bytes], Response]:
        def handler(request: Request, _body: bytes) -> Response:
            action(request.path_params["id"])
            return Response(status_code=_ACCEPTED)

        return handler


def _asked(request: Request, record: PostgresRecord) -> bool:
    values = {
        "name": record.name,
        "region": record.region,
        "suspended": "suspended" if record.suspended else "not_suspended",
        "ownerId": record.owner,
        "environmentId": "",  # nothing of the sandbox is in an environment
    }
    filters = {name: listed(request, name) for name in values}
    if any(wanted and values[name] not in wanted for name, wanted in filters.items()):
        return False
    return within(request, {"created": record.created_at, "updated": record.updated_at})
