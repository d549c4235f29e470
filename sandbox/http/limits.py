"""Rate limits: requests counted in fixed windows, and refused beyond a quota."""

import hashlib
import threading
import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.http.headers import with_headers

Clock = Callable[[], float]  # seconds


@dataclass(frozen=True)
class Window:
    """A window of one bucket after a request was counted."""

    ends: float  # by the clock
    used: int  # this request included
    seconds_left: int  # at least 1, as headers give it


class FixedWindows:
    """How much each bucket has used. Thread-safe."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        """Starts empty; another clock lets a test end a window."""
        self._clock = clock
        self._windows: dict[Hashable, tuple[float, int]] = {}  # bucket -> its end, what is used
        self._guard = threading.Lock()

    def add(self, bucket: Hashable, seconds: float, cost: int = 1) -> Window:
        """Counts one request against a bucket, whose windows begin with a request."""
        now = self._clock()
        with self._guard:
            ends, used = self._windows.get(bucket, (now, 0))
            if ends <= now:
                ends, used = now + seconds, 0
            used += cost
            self._windows[bucket] = (ends, used)
        return Window(ends, used, max(1, round(ends - now)))


def caller_of(scope: Scope) -> str:
    """Whose quota a request counts against: its credential's, else its address's."""
    # The header is a credential: only a digest of it is kept.
    header = Headers(scope=scope).get("authorization")
    if header is not None:
        return hashlib.sha256(header.encode()).hexdigest()
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


@dataclass(frozen=True)
class Verdict:
    """What a platform says of a request that it has counted."""

    headers: Mapping[str, str] = field(default_factory=dict[str, str])  # of the answer
    refusal: Response | None = None  # instead of the answer, if the quota is used up


class RateLimit:
    """ASGI middleware that counts requests, says how many are left, and refuses those beyond.

    Args:
        app: what is served.
        count: counts one request by the platform's rules.
    """

    def __init__(self, app: ASGIApp, count: Callable[[Scope], Verdict]) -> None:
        self._app = app
        self._count = count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        verdict = self._count(scope) if scope["type"] == "http" else Verdict()
        app = verdict.refusal or self._app
        await app(scope, receive, with_headers(send, verdict.headers))
