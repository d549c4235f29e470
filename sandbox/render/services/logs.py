"""The lines that builds, apps and the platform itself wrote about each service.

On the platform a log shows whatever an app prints. Here the values of the service's environment
variables and secret files are replaced by `***` before a line is stored, as any of them may be a
secret. Left readable is what is none: short values (fewer than eight characters), whole numbers,
and addresses without a user or a query.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.apps.line_batches import LineBatches
from sandbox.apps.mask import Mask
from sandbox.render.http.ids import new_id, now
from sandbox.store.database import Database

MAX_LINES = 20_000  # of one service; older lines are dropped
MAX_LINE_LENGTH = 8000  # characters
_TRIM_EVERY = 500  # lines between two looks at the bound
_SHORTEST_MASKED = 8
_PUBLIC = re.compile(r"\d+|https?://[^\s@?]*")
PLATFORM = "==> "  # begins what the platform itself says

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_logs (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,                -- no two lines have the same: it orders them
    type TEXT NOT NULL,
    level TEXT NOT NULL,
    instance TEXT NOT NULL,
    message TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS render_logs_order ON render_logs (service, at);
"""


class LogType(StrEnum):
    """Who wrote a line."""

    BUILD = "build"
    APP = "app"


@dataclass(frozen=True)
class LogLine:
    """One stored line."""

    id: str
    service: int
    at: str
    type: str
    level: str
    instance: str
    message: str


@dataclass(frozen=True, kw_only=True)
class LogQuery:
    """What `GET /logs` asks for; empty lists ask for everything."""

    services: Sequence[int]
    start: str
    end: str
    backward: bool = True
    limit: int = 20
    types: Sequence[str] = ()
    levels: Sequence[str] = ()
    instances: Sequence[str] = ()
    texts: Sequence[str] = ()

    def wants(self, line: LogLine) -> bool:
        """Whether a line of these services and times passes the other filters."""
        return (
            (not self.types or line.type in self.types)
            and (not self.levels or line.level in self.levels)
            and (not self.instances or line.instance in self.instances)
            and all(_found(each, line.message) for each in self.texts)
        )


# Its id, moment, type, level, instance and text, and the service's number.
_Line = tuple[str, str, LogType, str, str, str, int]


class LogWriter:
    """Writes one service's lines of one kind."""

    def __init__(
        self, logs: "Logs", service: int, kind: LogType, masked: Iterable[str], instance: str
    ) -> None:
        self._logs = logs
        self._service = service
        self._kind = kind
        self._instance = instance
        secret = (value for value in masked if not _PUBLIC.fullmatch(value))
        self._mask = Mask(secret, shortest=_SHORTEST_MASKED)
        self._count = 0

    def __call__(self, line: str) -> None:
        """Stores one line of a program."""
        self._write(line, "info")

    def say(self, message: str) -> None:
        """Stores what the platform says."""
        self._write(f"{PLATFORM}{message}", "info")

    def complain(self, message: str) -> None:
        """Stores what the platform has to object."""
        self._write(f"{PLATFORM}{message}", "error")

    def _write(self, line: str, level: str) -> None:
        text = self._mask(line)[:MAX_LINE_LENGTH]
        self._logs.append(self._service, (self._kind, level, self._instance, text))
        self._count += 1
        if self._count % _TRIM_EVERY == 0:
            self._logs.trim(self._service)


class Logs:
    """All lines of all services."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coming = LineBatches(self._store)
        database.create(_SCHEMA)

    def append(self, service: int, values: tuple[LogType, str, str, str]) -> None:
        """Stores (type, level, instance, message), unless the service is gone."""
        self._coming.add((new_id("log"), now(), *values, service))

    def flush(self) -> None:
        """Stores at once what has come."""
        self._coming.flush()

    def close(self) -> None:
        """Stores what has come, and ends."""
        self._coming.close()

    def _store(self, lines: Sequence[_Line]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO render_logs SELECT ?, number, ?, ?, ?, ?, ? FROM render_services"
                " WHERE number = ?",
                lines,
            )

    def trim(self, service: int) -> None:
        """Drops what goes beyond the bound; what is still to be stored is not counted."""
        self._database.execute(
            "DELETE FROM render_logs WHERE service = ? AND at <= (SELECT at FROM render_logs"
            " WHERE service = ? ORDER BY at DESC LIMIT 1 OFFSET ?)",
            (service, service, MAX_LINES),
        )

    def find(self, query: LogQuery) -> tuple[list[LogLine], bool]:
        """The lines asked for, in the order asked for, and whether there are more."""
        self.flush()
        marks = ", ".join("?" for _ in query.services)
        order = "DESC" if query.backward else "ASC"
        rows = self._database.query(
            f"SELECT * FROM render_logs WHERE service IN ({marks}) AND at >= ? AND at <= ?"  # noqa: S608 - ours
            f" ORDER BY at {order}",
            (*query.services, query.start, query.end),
        )
        lines = [line for line in (LogLine(**dict(row)) for row in rows) if query.wants(line)]
        return lines[: query.limit], len(lines) > query.limit


def _found(text: str, message: str) -> bool:
    """Whether a text is in a message; `*` stands for anything, as the platform's search has it."""
    pattern = ".*".join(re.escape(part) for part in text.split("*"))
    return re.search(pattern, message, re.IGNORECASE) is not None
