"""The toy's API: `GET` and `POST /notes`."""

import secrets

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.http.credentials import owner_of, token_of
from sandbox.http.errors import NotImitatedError, Refusal
from sandbox.http.handlers import Handlers, at
from sandbox.http.limits import FixedWindows, RateLimit, Verdict, caller_of
from sandbox.http.request_id import RequestId
from tests.sandbox.toy.records import Notes


class UnauthorizedError(Refusal):
    """No token, or one of nobody."""

    status = 401


class NoteHandlers(Handlers):
    """Answers who brings the token."""

    def __init__(self, notes: Notes, token: str) -> None:
        self._notes = notes
        self._token = token

    @at("GET", "/notes")
    def _list(self, request: Request) -> Response:
        self._require_token(request)
        return JSONResponse(self._notes.all())

    @at("POST", "/notes")
    def _add(self, request: Request, body: bytes) -> Response:
        self._require_token(request)
        return JSONResponse(self._notes.add(body.decode()), 201)

    def _require_token(self, request: Request) -> None:
        sent = token_of(request.headers.get("authorization"))
        if sent is None or owner_of(sent, [(self._token, "toy")]) is None:
            raise UnauthorizedError("who are you?")


def create_toy_app(notes: Notes, token: str, quota: int) -> Starlette:
    """The toy as an ASGI application."""
    windows = FixedWindows()

    def count(scope) -> Verdict:
        used = windows.add(caller_of(scope), 60).used
        return Verdict(
            {"X-Left": str(max(0, quota - used))},
            None if used <= quota else Response(status_code=429),
        )

    def other(request: Request) -> Response:
        raise NotImitatedError(f"{request.method} {request.url.path}")

    def refused(_request: Request, error: Exception) -> Response:
        return JSONResponse({"oops": str(error)}, getattr(error, "status", 500))

    identified = Middleware(RequestId, header="X-Toy", draw=lambda _headers: secrets.token_hex(4))
    return Starlette(
        routes=[
            *NoteHandlers(notes, token).routes(),
            Route("/{path:path}", other),
        ],
        exception_handlers={Refusal: refused},
        middleware=[identified, Middleware(RateLimit, count=count)],
    )
