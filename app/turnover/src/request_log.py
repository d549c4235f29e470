"""One JSON object per line on standard output; never a body, a query string or a header."""

import json
import logging
import sys
import time
from collections import deque
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .log_pipeline import Monitor

Line = Mapping[str, Any]
KEPT_LINES = 200
_OWN_ERROR = 500

log = logging.getLogger("turnover")


class JsonFormatter(logging.Formatter):
    """Puts a record and its `extra={"fields": …}` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        return json.dumps(described(record), ensure_ascii=False)


def described(record: logging.LogRecord) -> dict[str, Any]:
    """A record as the object that is written: the time is UTC, to the second."""
    moment = datetime.fromtimestamp(record.created, UTC).replace(tzinfo=None)
    line = {
        "timestamp": moment.isoformat(timespec="seconds"),
        "level": record.levelname,
        "message": record.getMessage(),
        **getattr(record, "fields", {}),
    }
    if record.exc_info and record.exc_info[0] is not None:
        # The kind only: an exception's text may quote what a caller sent.
        line["error"] = record.exc_info[0].__name__
    return line


def configure(level: str) -> None:
    """Sends everything, the web server's own messages too, through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    log.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn.access").disabled = True  # each request has its line already
    # Else a line for each call of the Hub, with the signatures that its addresses carry.
    for name in ("httpx", "httpx2", "huggingface_hub"):
        logging.getLogger(name).setLevel(logging.WARNING)


class RecentLines:
    """The last request lines of this process, for `GET /logs`."""

    def __init__(self) -> None:
        self._kept: deque[Line] = deque(maxlen=KEPT_LINES)

    def add(self, line: Line) -> None:
        """Keeps one; the oldest makes room."""
        self._kept.appendleft(line)

    def latest(self, count: int) -> list[Line]:
        """The newest first."""
        return list(self._kept)[:count]


class RequestLog:
    """ASGI middleware: one line per request, written when its response has ended.

    A route adds to its line what it puts into `request.state.fields`.
    """

    def __init__(self, app: ASGIApp, recent: RecentLines, monitor: Monitor) -> None:
        self._app, self._recent, self._monitor = app, recent, monitor

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request and writes its line."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = _OWN_ERROR  # unless the application answers

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            fields = {
                "method": scope["method"],
                "path": scope["path"],
                "status_code": status,
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                **scope.get("state", {}).get("fields", {}),
            }
            self._write(f"Request {scope['method']} {scope['path']}", fields)

    def _write(self, message: str, fields: dict[str, Any]) -> None:
        level = logging.ERROR if fields["status_code"] >= _OWN_ERROR else logging.INFO
        moment = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="seconds")
        name = logging.getLevelName(level)
        self._recent.add({"timestamp": moment, "level": name, "message": message, **fields})
        log.log(level, message, extra={"fields": fields})
        for alert, raised in self._monitor.add(fields):
            what = "Alert" if raised else "Alert over"
            log.warning("%s: %s", what, alert.text, extra={"fields": alert.fields()})
