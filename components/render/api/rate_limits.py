"""Render's rate limits, kept by everybody in this process together.

Each bucket tells in every answer how many calls are left and when it is full again. Once one call
has heard "none left", the others of the same bucket wait instead of being refused.
"""

import re
import threading
import time
from collections.abc import Callable, Mapping

from slipway.core.transport.backoff import asked_seconds

_SERVICE = re.compile(r"^/services/([^/]+)(?:/(?:deploys|suspend|resume|scale|rollback))?$")
_CREATES = ("/services", "/postgres")


def bucket_of(method: str, path: str) -> str:
    """The limit a call counts against.

    Args:
        method: in capitals.
        path: below the API's version, without query.
    """
    if method == "GET":
        return "reads"
    if method == "POST" and path in _CREATES:
        return f"POST {path}"  # 20 an hour
    match = _SERVICE.match(path)
    if match and method in ("POST", "PATCH"):
        return f"service {match[1]}"  # 10 a minute
    return "writes"


def seconds_asked(headers: Mapping[str, str], *, wall: Callable[[], float] = time.time) -> float:
    """How long to wait until the bucket is full again; 0 if the answer does not say.

    The documentation speaks of an epoch, servers answer with seconds.
    """
    for name in ("Retry-After", "Ratelimit-Reset"):
        seconds = asked_seconds(headers.get(name, ""), wall=wall)
        if seconds is not None:
            return seconds
    return 0.0


class Budget:
    """When each bucket may be used again. Thread-safe."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._free_at: dict[str, float] = {}

    def wait_seconds(self, bucket: str) -> float:
        """How long to wait before the next call; 0 if it may go at once."""
        with self._lock:
            return max(self._free_at.get(bucket, 0.0) - self._now(), 0.0)

    def learn(self, bucket: str, headers: Mapping[str, str], *, refused: bool) -> None:
        """Takes note of an answer's headers.

        Args:
            bucket: of the call that was answered.
            headers: of the answer.
            refused: whether the answer was 429.
        """
        if not refused and headers.get("Ratelimit-Remaining") != "0":
            return
        with self._lock:
            self._free_at[bucket] = self._now() + seconds_asked(headers)
