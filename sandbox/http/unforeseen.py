"""What nobody foresaw, told as the platform tells it, with its headers; the trace is logged."""

import logging
from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = logging.getLogger(__name__)


class Unforeseen:
    """ASGI middleware that answers where the application fails; goes inside all the others.

    Args:
        app: what is served.
        answer: the platform's own words for "it is our fault".
    """

    def __init__(self, app: ASGIApp, answer: Callable[[Scope], Response]) -> None:
        self._app = app
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        begun = False

        async def sent(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, sent)
        except Exception:
            if begun or scope["type"] != "http":
                raise
            _LOG.exception("%s %s failed", scope["method"], scope["path"])
            await self._answer(scope)(scope, receive, send)
