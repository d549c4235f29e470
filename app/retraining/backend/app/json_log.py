"""One JSON object per line on standard output; never a body, a query string or a header."""

import json
import logging
import sys
import time
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OWN_ERROR = 500

log = logging.getLogger("retraining")


class JsonFormatter(logging.Formatter):
    """Puts a record and its `extra={"fields": …}` on one line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, without its newline."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "timestamp": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            # The kind only: an exception's text may quote what a caller sent.
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def configure() -> None:
    """Sends everything, the web server's own messages too, through the formatter."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("httpx", "httpx2"):  # else a line for each call of the Hub
        logging.getLogger(name).setLevel(logging.WARNING)
    # It repeats, in words of its own, what the loader says about a Hub that is away.
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)


class RequestLog:
    """ASGI middleware: one line per request, written when its response has ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
            }
            log.info("request", extra={"fields": fields})
