"""Records every request a platform of the sandbox gets: what was asked, never what was sent.

No body, no header and no secret part of a query is kept. Whether a call mutates is said by its
route: a platform has POSTs that only ask (LFS batches, uploads being negotiated, git reads).
"""

import re
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.http.connection import Aborter, aborter, with_aborter
from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS requests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time REAL NOT NULL,          -- seconds since 1970, when the request came
    platform TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,          -- with its query, values of secret parameters left out
    status INTEGER,              -- NULL: the connection was cut before an answer
    mutates INTEGER NOT NULL,    -- 1 if the route may change state
    duration_ms REAL NOT NULL,
    bytes_in INTEGER NOT NULL,   -- of bodies, without headers
    bytes_out INTEGER NOT NULL,
    agent TEXT NOT NULL          -- first word of User-Agent
);
"""
_SECRET_PARAMETER = re.compile(
    r"token|secret|signature|key|password|credential|code", re.IGNORECASE
)
_READING_METHODS = {"GET", "HEAD", "OPTIONS"}
_AGENT_LIMIT = 80  # characters
_thread = partial(ThreadPoolExecutor, 1, thread_name_prefix="request-log")  # once it is needed
_AT_ONCE = 100  # the log grows beyond its bound by this part of it, then it is cut

_WITHOUT_BODY = {204, 304}

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])


@dataclass(frozen=True)
class LoggedRequest:
    """One request as it was recorded; the fields are the table's columns."""

    id: int
    time: float
    platform: str
    method: str
    path: str
    status: int | None
    mutates: bool
    duration_ms: float
    bytes_in: int
    bytes_out: int
    agent: str


class RequestLog:
    """The log of all platforms. Thread-safe; several processes may read and write it.

    Args:
        database: the sandbox's file.
        kept: how many requests are kept at least; the oldest beyond go, some at a time.
    """

    def __init__(self, database: Database, kept: int = 100_000) -> None:
        self._database = database
        self._kept = kept
        self._recorded = count(1)
        database.create(_TABLES)
        self._requests = Table(database, "requests", LoggedRequest)

    def record(self, request: "ObservedRequest") -> None:
        """Adds one request."""
        self._requests.add(**vars(request))
        if next(self._recorded) % max(1, self._kept // _AT_ONCE) == 0:
            self._requests.drop_where("id <= (SELECT max(id) FROM requests) - ?", self._kept)

    def requests(
        self,
        *,
        since_id: int = 0,
        platform: str | None = None,
        mutates: bool | None = None,
    ) -> list[LoggedRequest]:
        """Requests younger than an id, oldest first, all or one platform's, all or one kind."""
        return self._requests.where(
            "id > ? AND (? IS NULL OR platform = ?) AND (? IS NULL OR mutates = ?)",
            *(since_id, platform, platform, mutates, mutates),
        )

    def last_id(self) -> int:
        """The id of the youngest request, 0 if there is none: what to pass as `since_id` later."""
        rows = self._database.query("SELECT coalesce(max(id), 0) AS last FROM requests")
        return int(rows[0]["last"])

    def forget_before(self, moment: float) -> int:
        """Forgets requests that came before a moment (seconds since 1970), and says how many."""
        return self._database.execute("DELETE FROM requests WHERE time < ?", (moment,))

    def clear(self) -> None:
        """Forgets all requests; ids go on counting."""
        self._database.execute("DELETE FROM requests")


@dataclass(kw_only=True)
class ObservedRequest:
    """A request while it is being answered."""

    time: float
    platform: str
    method: str
    path: str
    mutates: bool
    agent: str
    status: int | None = None
    duration_ms: float = 0.0
    bytes_in: int = 0
    bytes_out: int = 0


class RequestRecorder:
    """ASGI middleware that writes one platform's requests into the log.

    A request is recorded before the byte that completes its answer is sent, so whoever has the
    answer finds the request in the log.
    """

    def __init__(
        self, app: ASGIApp, log: RequestLog, platform: str, routes: Sequence[BaseRoute]
    ) -> None:
        self._app = app
        self._log = log
        self._platform = platform
        self._routes = routes
        self._limiter = CapacityLimiter(1)  # a busy handler pool must not hold up the log
        self._late = _Late(log)

    def stop(self) -> None:
        """Records what was cut short before, and keeps no thread any more."""
        self._late.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        agent = Headers(scope=scope).get("user-agent", "").split(" ")[0].rstrip(";")
        request = ObservedRequest(
            time=time.time(),
            platform=self._platform,
            method=scope["method"],
            path=_path(scope),
            mutates=mutating(self._routes, scope),
            agent=agent[:_AGENT_LIMIT],
        )
        exchange = _Exchange(
            request, self._log, self._limiter, self._late, receive, send, aborter(scope)
        )
        try:
            scope = with_aborter(scope, exchange.abort)
            await self._app(scope, exchange.receive, exchange.send)
        finally:
            exchange.close()


class _Late:
    """Records in a thread of its own, for those who can't wait."""

    def __init__(self, log: RequestLog) -> None:
        self._log = log
        self._lock = threading.Lock()
        self._pool = _thread()

    def record(self, request: ObservedRequest) -> None:
        with self._lock:
            self._pool.submit(self._log.record, request)

    def stop(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, _thread()
        pool.shutdown()


class _Exchange:
    """One request between the server and the platform."""

    def __init__(
        self,
        request: ObservedRequest,
        log: RequestLog,
        limiter: CapacityLimiter,
        late: _Late,
        receive: Receive,
        send: Send,
        abort: Aborter,
    ) -> None:
        self._request = request
        self._log = log
        self._limiter = limiter
        self._late = late
        self._receive = receive
        self._send = send
        self._abort = abort
        self._started = time.monotonic()
        self._promised: int | None = None  # body bytes of the answer, where its header says so
        self._recorded = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._request.bytes_in += len(message.get("body", b""))
        return message

    async def send(self, message: Message) -> None:
        if self._completes(message):
            await self._record()
        await self._send(message)

    async def abort(self) -> None:
        await self._record()
        await self._abort()

    def close(self) -> None:
        """Records a request that was cut short; awaits nothing, as its task may be cancelled.

        Nor does it wait for the database, which would hold up all requests there are.
        """
        if not self._recorded:
            self._request.duration_ms = (time.monotonic() - self._started) * 1000
            self._late.record(self._request)

    def _completes(self, message: Message) -> bool:
        """Takes note of a message and says whether the client has all of the answer after it."""
        request = self._request
        if message["type"] == "http.response.start":
            request.status = message["status"]
            length = Headers(raw=message["headers"]).get("content-length")
            self._promised = None if length is None else int(length)
            bodiless = request.method == "HEAD" or request.status in _WITHOUT_BODY
            return bodiless or self._promised == 0
        if message["type"] != "http.response.body":
            return False
        request.bytes_out += len(message.get("body", b""))
        whole = self._promised is not None and request.bytes_out >= self._promised
        return whole or not message.get("more_body", False)

    async def _record(self) -> None:
        if not self._recorded:
            self._recorded = True
            self._request.duration_ms = (time.monotonic() - self._started) * 1000
            await to_thread.run_sync(self._log.record, self._request, limiter=self._limiter)


def reads_only(endpoint: Endpoint) -> Endpoint:
    """Declares that a route changes nothing although its method suggests that it does."""
    vars(endpoint)["mutates"] = False
    return endpoint


def changes(endpoint: Endpoint) -> Endpoint:
    """Declares that a route changes something although its method suggests that it does not."""
    vars(endpoint)["mutates"] = True
    return endpoint


def mutating(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    """Whether a request may change state, by its route's word or else by its method."""
    for route in routes:
        if isinstance(route, Route) and route.matches(scope)[0] is Match.FULL:
            declared = getattr(route.endpoint, "mutates", None)
            if declared is not None:
                return bool(declared)
            break
    return scope["method"] not in _READING_METHODS


def _path(scope: Scope) -> str:
    path: str = scope["path"]
    query = scope["query_string"].decode("latin-1")
    if not query:
        return path
    pairs = parse_qsl(query, keep_blank_values=True)
    kept = [(key, "-" if _SECRET_PARAMETER.search(key) else value) for key, value in pairs]
    return f"{path}?{urlencode(kept)}"
