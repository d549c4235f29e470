"""Who may ask: every route but the open ones needs the key, those that come later included."""

import hashlib
import hmac

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HEADER = "X-API-Key"
OPEN_PATHS = frozenset({"/", "/health"})
_OPEN_METHODS = frozenset({"GET", "HEAD"})


class RequireKey:
    """ASGI middleware: 401 before anything of the request is read."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._digest = _digest(key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes on what is open or has the key."""
        if scope["type"] == "http" and not self._may(scope):
            detail = f"the header {HEADER} is missing or holds another key"
            challenge = {"WWW-Authenticate": f'ApiKey header="{HEADER}"'}
            refused = JSONResponse({"detail": detail}, 401, challenge)
            await refused(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _may(self, scope: Scope) -> bool:
        if scope["path"] in OPEN_PATHS and scope["method"] in _OPEN_METHODS:
            return True
        given = Headers(scope=scope).get(HEADER, "")
        # Digests of one length: the time says nothing about the key, its length included.
        return hmac.compare_digest(_digest(given), self._digest)


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
