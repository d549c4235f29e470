"""GitHub's rate limits: requests an hour, and the secondary limit of points a minute."""

import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from sandbox.github.http.errors import DOCUMENTATION
from sandbox.github.http.wire import is_api
from sandbox.http.limits import Clock, FixedWindows, Verdict, Window, caller_of

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


class Limiter:
    """Counts what callers ask; git and pages are not counted. Thread-safe.

    Args:
        limits: how much they may.
        clock: seconds since 1970; another clock lets a test end a window.
    """

    def __init__(self, limits: Limits, clock: Clock = time.time) -> None:
        self._limits = limits
        self._windows = FixedWindows(clock)

    def count(self, scope: Scope) -> Verdict:
        """Counts one request."""
        path = scope.get("path", "")
        if not is_api(path) or path.endswith("/rate_limit"):
            return Verdict()
        caller, limit = self._caller(scope)
        graphql = path.endswith("/graphql")
        resource = "graphql" if graphql else "core"
        hour = self._windows.add((caller, resource), HOUR)
        # A query is a POST, and reads all the same; whether it changes something, its text says.
        reads = graphql or scope["method"] in _READING
        points = _READ_POINTS if reads else _WRITE_POINTS
        minute = self._windows.add((caller, MINUTE), MINUTE, points)
        figures = _figures(limit, hour)
        headers = {f"x-ratelimit-{key}": str(value) for key, value in figures.items()}
        headers["x-ratelimit-resource"] = resource
        if hour.used > limit:
            return _refused("API rate limit exceeded. Wait for x-ratelimit-reset.", headers)
        if minute.used > self._limits.points:
            return _refused(_SECONDARY, {**headers, "Retry-After": str(minute.seconds_left)})
        return Verdict(headers)

    def overview(self, request: Request) -> Response:
        """`GET /rate_limit`, which costs nothing."""
        caller, limit = self._caller(request.scope)
        core, graphql = (
            _figures(limit, self._windows.add((caller, each), HOUR, 0))
            for each in ("core", "graphql")
        )
        unused = {"limit": limit, "used": 0, "remaining": limit, "reset": core["reset"]}
        resources = {"core": core, "search": unused, "graphql": graphql}
        return JSONResponse({"resources": resources, "rate": core})

    def _caller(self, scope: Scope) -> tuple[str, int]:
        signed_in = "authorization" in Headers(scope=scope)
        limit = self._limits.signed_in if signed_in else self._limits.anonymous
        return caller_of(scope), limit


def _refused(why: str, headers: dict[str, str]) -> Verdict:
    body = {"message": why, "documentation_url": DOCUMENTATION, "status": "403"}
    return Verdict(headers, JSONResponse(body, 403))


def _figures(limit: int, window: Window) -> dict[str, int]:
    used = min(window.used, limit)
    return {"limit": limit, "used": used, "remaining": limit - used, "reset": round(window.ends)}
