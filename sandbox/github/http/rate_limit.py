"""GitHub's rate limits: requests an hour, and the secondary limit of points a minute."""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.github.http.errors import DOCUMENTATION
from sandbox.github.http.wire import is_api

HOUR, MINUTE = 3600.0, 60.0  # seconds
_READ_POINTS, _WRITE_POINTS = 1, 5
_READING = {"GET", "HEAD", "OPTIONS"}
_SECONDARY = (
    "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
)


@dataclass(frozen=True)
class Limits:
    """How much a caller may ask; as on the platform unless told."""

    signed_in: int = 5000  # requests an hour, by token
    anonymous: int = 60  # the same, by address
    points: int = 900  # a minute: a reading call costs 1, a writing one 5


@dataclass
class _Window:
    ends: float
    used: int = 0


class Limiter:
    """Counts what callers ask. Thread-safe.

    Args:
        limits: how much they may.
        clock: seconds since 1970; another clock lets a test end a window.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self._limits = limits
        self._clock = clock
        self._windows: dict[tuple[str, float], _Window] = {}
        self._guard = threading.Lock()

    def count(self, scope: Scope) -> tuple[str | None, dict[str, str]]:
        """Counts one request: why it is refused (None: it is not) and what its answer says."""
        caller, limit = self._caller(scope)
        hour = self._add(caller, HOUR, 1)
        points = _READ_POINTS if scope["method"] in _READING else _WRITE_POINTS
        minute = self._add(caller, MINUTE, points)
        figures = _figures(limit, hour)
        headers = {f"x-ratelimit-{key}": str(value) for key, value in figures.items()}
        headers["x-ratelimit-resource"] = "core"
        if hour.used > limit:
            return "API rate limit exceeded. Wait for x-ratelimit-reset.", headers
        if minute.used > self._limits.points:
            seconds = max(1, round(minute.ends - self._clock()))
            return _SECONDARY, {**headers, "Retry-After": str(seconds)}
        return None, headers

    def overview(self, request: Request) -> Response:
        """`GET /rate_limit`, which costs nothing."""
        caller, limit = self._caller(request.scope)
        core = _figures(limit, self._add(caller, HOUR, 0))
        unused = {"limit": limit, "used": 0, "remaining": limit, "reset": core["reset"]}
        resources = {"core": core, "search": unused, "graphql": unused}
        return JSONResponse({"resources": resources, "rate": core})

    def _caller(self, scope: Scope) -> tuple[str, int]:
        # The header is a credential: only a digest of it is kept.
        header = Headers(scope=scope).get("authorization")
        if header is not None:
            return hashlib.sha256(header.encode()).hexdigest(), self._limits.signed_in
        client: tuple[str, int] | None = scope.get("client")
        return client[0] if client else "", self._limits.anonymous

    def _add(self, caller: str, seconds: float, cost: int) -> _Window:
        now = self._clock()
        with self._guard:
            window = self._windows.get((caller, seconds))
            if window is None or window.ends <= now:
                window = self._windows[caller, seconds] = _Window(now + seconds)
            window.used += cost
            return _Window(window.ends, window.used)


class RateLimit:
    """ASGI middleware that refuses what is too much; git and pages are not counted."""

    def __init__(self, app: ASGIApp, limiter: Limiter) -> None:
        self._app = app
        self._limiter = limiter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not is_api(path) or path.endswith("/rate_limit"):
            await self._app(scope, receive, send)
            return
        refusal, headers = self._limiter.count(scope)
        if refusal is not None:
            body = {"message": refusal, "documentation_url": DOCUMENTATION, "status": "403"}
            await JSONResponse(body, 403, headers)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _figures(limit: int, window: _Window) -> dict[str, int]:
    used = min(window.used, limit)
    return {"limit": limit, "used": used, "remaining": limit - used, "reset": round(window.ends)}
