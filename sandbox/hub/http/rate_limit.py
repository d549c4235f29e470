"""The Hub's rate limits: fixed windows of five minutes a caller (contract: Hub docs, Sept 2025)."""

import time
from collections.abc import Mapping

from starlette.responses import JSONResponse
from starlette.types import Scope

from sandbox.http.limits import Clock, FixedWindows, Verdict, caller_of

WINDOW = 300  # seconds
PRO_QUOTAS: Mapping[str, int] = {"api": 2500, "resolvers": 12000, "pages": 400}


class Quotas:
    """Counts requests.

    Args:
        quotas: Requests a window for the buckets api, resolvers and pages.
        clock: Seconds; another clock lets a test end a window.
    """

    def __init__(
        self, quotas: Mapping[str, int] = PRO_QUOTAS, clock: Clock = time.monotonic
    ) -> None:
        self._quotas = quotas
        self._windows = FixedWindows(clock)

    def count(self, scope: Scope) -> Verdict:
        """Counts one request."""
        bucket = bucket_of(scope["path"])
        quota = self._quotas[bucket]
        window = self._windows.add((caller_of(scope), bucket), WINDOW)
        left = quota - window.used
        headers = {
            "RateLimit": f'"{bucket}";r={max(0, left)};t={window.seconds_left}',
            "RateLimit-Policy": f'"fixed window";"{bucket}";q={quota};w={WINDOW}',
        }
        if left >= 0:
            return Verdict(headers)
        message = f"We had to rate limit you: {quota} {bucket} requests per {WINDOW} seconds"
        return Verdict(headers, JSONResponse({"error": message}, 429, {"X-Error-Message": message}))


def bucket_of(path: str) -> str:
    """Which quota an address counts against; where git counts is not published, here: resolvers."""
    if path.startswith("/api/"):
        return "api"
    served = ("/resolve/", "/raw/", "/info/", "/git-", "/lfs-storage/")
    return "resolvers" if any(word in path for word in served) else "pages"
