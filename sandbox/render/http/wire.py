"""What every answer of Render carries: a request id, and how much of the rate limit is left."""

import itertools
import re
import secrets
import time
from dataclasses import dataclass

from starlette.datastructures import MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.http.windows import Clock, FixedWindows, caller_of
from sandbox.render.http.errors import REQUEST_ID_STATE

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


class RateLimit:
    """ASGI middleware that counts requests, says how many are left, and answers 429 beyond.

    Args:
        app: What is served.
        limits: The quotas.
        clock: Seconds; another clock lets a test end a window.
    """

    def __init__(self, app: ASGIApp, limits: Limits, clock: Clock = time.monotonic) -> None:
        self._app = app
        self._limits = limits
        self._windows = FixedWindows(clock)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bucket = self._bucket(scope["method"], scope["path"].rstrip("/"))
        # Hooks carry no bearer key and count with the API's calls for their service.
        caller = "" if bucket.name.startswith("service ") else caller_of(scope)
        window = self._windows.add((caller, bucket.name), bucket.seconds)
        left, seconds = bucket.quota - window.used, window.seconds_left
        headers = {
            "Ratelimit-Limit": str(bucket.quota),
            "Ratelimit-Remaining": str(max(0, left)),
            "Ratelimit-Reset": str(seconds),
        }
        if left < 0:
            answer = {"id": scope.get(REQUEST_ID_STATE, ""), "message": "rate limit exceeded"}
            refusal = JSONResponse(answer, 429, {**headers, "Retry-After": str(seconds)})
            await refusal(scope, receive, send)
            return

        async def send_with_limits(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(headers)
            await send(message)

        await self._app(scope, receive, send_with_limits)

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


class RequestId:
    """ASGI middleware: `Render-Request-Id`, and the end of a JSON answer's content type."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._pod = f"api-{secrets.token_hex(5)}"
        self._numbers = itertools.count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        identifier = f"{self._pod}/{secrets.token_urlsafe(8)}-{next(self._numbers):06d}"
        scope[REQUEST_ID_STATE] = identifier

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Render-Request-Id"] = identifier
                if headers.get("content-type") == "application/json":
                    headers["content-type"] = "application/json; charset=utf-8"
            await send(message)

        await self._app(scope, receive, send_with_id)


def _counts_by_service(method: str, path: str, rest: str) -> bool:
    if path.startswith("/deploy/"):
        return True
    if method == "PATCH":
        return not rest
    return method == "POST" and rest in _OF_ONE_SERVICE
