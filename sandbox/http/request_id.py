"""Gives every answer of a platform an id a person can quote."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.http.headers import with_headers

_KEY = "slipway.request_id"

# Draws an id; some platforms take up what the caller's headers say of theirs.
Draw = Callable[[Headers], str]


class RequestId:
    """ASGI middleware that gives each request an id and adds it to the answer.

    Args:
        app: what is served.
        header: the platform's name for it.
        draw: in the platform's form.
    """

    def __init__(self, app: ASGIApp, header: str, draw: Draw) -> None:
        self._app = app
        self._header = header
        self._draw = draw

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] == "http":
            drawn = scope[_KEY] = self._draw(Headers(scope=scope))
            send = with_headers(send, {self._header: drawn})
        await self._app(scope, receive, send)


def request_id(scope: Scope) -> str:
    """The id of a request."""
    return str(scope.get(_KEY, ""))
