"""The Hub's rate limits: fixed windows of five minutes a caller (contract: Hub docs, Sept 2025)."""

import time
from collections.abc import Mapping

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.http.windows import Clock, FixedWindows, caller_of

WINDOW = 300  # seconds
PRO_QUOTAS: Mapping[str, int] = {"api": 2500, "resolvers": 12000, "pages": 400}


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
        clock: Clock = time.monotonic,
    ) -> None:
        self._app = app
        self._quotas = quotas
        self._windows = FixedWindows(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bucket = bucket_of(scope["path"])
        quota = self._quotas[bucket]
        window = self._windows.add((caller_of(scope), bucket), WINDOW)
        left, seconds = quota - window.used, window.seconds_left
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


def bucket_of(path: str) -> str:
    """Which quota an address counts against; where git counts is not published, here: resolvers."""
    if path.startswith("/api/"):
        return "api"
    served = ("/resolve/", "/raw/", "/info/", "/git-", "/lfs-storage/")
    return "resolvers" if any(word in path for word in served) else "pages"
