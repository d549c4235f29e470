"""Every request becomes a line of output; those for a prediction are kept in the log as well."""

import logging
import time

from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..logs_pipeline.entry import LogEntry
from ..logs_pipeline.store import LogStore

KEPT = ("/predict", "/predict_proba")  # health checks and readers of the log are no traffic

log = logging.getLogger("symptoms")
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


class RequestLog:
    """ASGI middleware: one entry per request, written when its response has ended."""

    def __init__(self, app: ASGIApp, store: LogStore) -> None:
        self._app, self._store = app, store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves a request and writes its entry."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500  # unless the application answers
        scope.setdefault("state", {})

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, note_status)
        finally:
            entry = LogEntry.of(
                scope["method"],
                scope["path"],
                status,
                (time.perf_counter() - started) * 1e3,
                scope["state"].get("prediction"),
                scope["state"].get("probability"),
            )
            fields = entry.as_dict()
            level, message = _LEVELS[fields.pop("level")], fields.pop("message")
            log.log(level, message, extra={"fields": fields})
            if entry.path in KEPT:
                await run_in_threadpool(self._store.add, entry)
