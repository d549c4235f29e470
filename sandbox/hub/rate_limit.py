"""The Hub's rate limits: fixed windows of five minutes a caller (contract: Hub docs, Sept 2025)."""

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WINDOW = 300  # seconds
PRO_QUOTAS: Mapping[str, int] = {"api": 2500, "resolvers": 12000, "pages": 400}


@dataclass
class _Window:
    ends: float
    used: int = 0


class RateLimit:
    """ASGI middleware that counts requests, says how many are left, and answers 429 beyond.

    Args:
        app: What is served.
        quotas: Requests a window for the buckets api, resolvers and pages.
        clock: Seconds; another clock lets a test end a window.
    """

    def __init__(
        self,
        app: ASGIApp,
        quotas: Mapping[str, int] = PRO_QUOTAS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._quotas = quotas
        self._clock = clock
        self._windows: dict[tuple[str, str], _Window] = {}
        self._guard = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bucket = bucket_of(scope["path"])
        left, seconds = self._count(_caller(scope), bucket)
        quota = self._quotas[bucket]
        limits = {
            "RateLimit": f'"{bucket}";r={max(0, left)};t={seconds}',
            "RateLimit-Policy": f'"fixed window";"{bucket}";q={quota};w={WINDOW}',
        }
        if left < 0:
            message = f"We had to rate limit you: {quota} {bucket} requests per {WINDOW} seconds"
            headers = {**limits, "X-Error-Message": message}
            refusal = JSONResponse({"error": message}, 429, headers)
            await refusal(scope, receive, send)
            return

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(limits)
            await send(message)

        await self._app(scope, receive, send_with_limits)

    def _count(self, caller: str, bucket: str) -> tuple[int, int]:
        """Requests left in the window after this one (negative: none was), seconds to its end."""
        now = self._clock()
        with self._guard:
            window = self._windows.get((caller, bucket))
            if window is None or window.ends <= now:
                window = self._windows[caller, bucket] = _Window(now + WINDOW)
            window.used += 1
            return self._quotas[bucket] - window.used, max(1, round(window.ends - now))


def bucket_of(path: str) -> str:
    """Which quota an address counts against; where git counts is not published, here: resolvers."""
    if path.startswith("/api/"):
        return "api"
    served = ("/resolve/", "/raw/", "/info/", "/git-", "/lfs-storage/")
    return "resolvers" if any(word in path for word in served) else "pages"


def _caller(scope: Scope) -> str:
    # The header is a credential: only a digest of it is kept.
    header = Headers(scope=scope).get("authorization")
    if header is not None:
        return hashlib.sha256(header.encode()).hexdigest()
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""
