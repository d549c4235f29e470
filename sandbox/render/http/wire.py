"""What every answer of Render carries: a request id, and how much of the rate limit is left."""

import itertools
import re
import secrets
import time
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Scope

from sandbox.http.limits import Clock, FixedWindows, Verdict, caller_of
from sandbox.render.http.errors import refused

MINUTE = 60
HOUR = 3600
_SERVICE = re.compile(r"^(?:/v1/services|/deploy)/(?P<id>[^/]+)(?P<rest>/.*)?$")
_OF_ONE_SERVICE = {"/deploys", "/suspend", "/resume", "/scale", "/rollback"}
_CREATED_BY_THE_HOUR = {"/v1/postgres", "/v1/key-value", "/v1/redis"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Requests a window, as Render's docs state them (recorded accounts have 100 other writes)."""

    service_creates: int = 20  # an hour and user
    datastore_creates: int = 20  # an hour and user
    per_service: int = 10  # a minute and service: settings, deploys, hooks, suspend, resume, scale
    writes: int = 30  # a minute and user
    reads: int = 400  # a minute and user


@dataclass(frozen=True)
class _Bucket:
    name: str
    quota: int
    seconds: int


class Limiter:
    """Counts requests.

    Args:
        limits: The quotas.
        clock: Seconds; another clock lets a test end a window.
    """

    def __init__(self, limits: Limits, clock: Clock = time.monotonic) -> None:
        self._limits = limits
        self._windows = FixedWindows(clock)

    def count(self, scope: Scope) -> Verdict:
        """Counts one request."""
        bucket = self._bucket(scope["method"], scope["path"].rstrip("/"))
        # Hooks carry no bearer key and count with the API's calls for their service.
        caller = "" if bucket.name.startswith("service ") else caller_of(scope)
        window = self._windows.add((caller, bucket.name), bucket.seconds)
        left = bucket.quota - window.used
        headers = {
            "Ratelimit-Limit": str(bucket.quota),
            "Ratelimit-Remaining": str(max(0, left)),
            "Ratelimit-Reset": str(window.seconds_left),
        }
        if left >= 0:
            return Verdict(headers)
        headers["Retry-After"] = headers["Ratelimit-Reset"]
        return Verdict(headers, refused(scope, "rate limit exceeded", 429))

    def _bucket(self, method: str, path: str) -> _Bucket:
        limits = self._limits
        if method == "POST" and path == "/v1/services":
            return _Bucket("create service", limits.service_creates, HOUR)
        if method == "POST" and path in _CREATED_BY_THE_HOUR:
            return _Bucket("create datastore", limits.datastore_creates, HOUR)
        service = _SERVICE.match(path)
        if service is not None and _counts_by_service(method, path, service["rest"] or ""):
            return _Bucket(f"service {service['id']}", limits.per_service, MINUTE)
        if method in {"GET", "HEAD"}:
            return _Bucket("reads", limits.reads, MINUTE)
        return _Bucket("writes", limits.writes, MINUTE)


class RequestIds:
    """Ids of requests in Render's form, all of one process."""

    def __init__(self) -> None:
        self._pod = f"api-{secrets.token_hex(5)}"
        self._numbers = itertools.count(1)

    def draw(self, _headers: Headers) -> str:
        """The next one."""
        return f"{self._pod}/{secrets.token_urlsafe(8)}-{next(self._numbers):06d}"


def _counts_by_service(method: str, path: str, rest: str) -> bool:
    if path.startswith("/deploy/"):
        return True
    if method == "PATCH":
        return not rest
    return method == "POST" and rest in _OF_ONE_SERVICE
