"""The request log for a terminal or a program."""

import json
from dataclasses import asdict

from sandbox.console.report import table
from sandbox.http.request_log import LoggedRequest, RequestLog
from sandbox.store.database import Database


def requests_text(database: Database, *, since: int, as_json: bool) -> str:
    """The requests after an id, as a table or as JSON."""
    rows = RequestLog(database).requests(since_id=since)
    if as_json:
        return json.dumps([asdict(row) for row in rows], indent=2)
    header = ("id", "platform", "status", "mutates", "ms", "request")
    return table([_row(row) for row in rows], header)


def _row(row: LoggedRequest) -> tuple[str, ...]:
    return (
        str(row.id),
        row.platform,
        str(row.status or "cut"),
        "yes" if row.mutates else "",
        f"{row.duration_ms:.0f}",
        f"{row.method} {row.path}",
    )
