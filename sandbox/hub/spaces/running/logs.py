"""The build log and the run log of each Space, each as long as its newest build or container.

The real platform shows whatever a build or an app prints. Here the exact values of the Space's
secrets (of four characters and more; shorter ones cannot be told from ordinary text) are replaced
by `***` before a line is stored, because secrets never stand in a log of this sandbox.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sandbox.apps.line_batches import LineBatches
from sandbox.apps.mask import Mask
from sandbox.hub.spaces.settings import now
from sandbox.store.database import Database

MAX_LINES = 5000  # of one log; older lines are dropped
MAX_LINE_LENGTH = 8000  # characters
_TRIM_EVERY = 500  # lines between two looks at the bound

_SCHEMA = """
CREATE TABLE IF NOT EXISTS space_logs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    at TEXT NOT NULL,
    line TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS space_logs_order ON space_logs (space, kind, run, number);
CREATE TABLE IF NOT EXISTS space_log_runs (
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    run INTEGER NOT NULL,
    PRIMARY KEY (space, kind)
);
"""


class LogKind(StrEnum):
    """The last part of `/logs/{build|run}`."""

    BUILD = "build"
    RUN = "run"


@dataclass(frozen=True)
class LogLine:
    """One stored line, without its newline; `number` grows."""

    number: int
    at: str
    line: str


# Space, kind and run of its log, moment, text, and where it is to be stored still.
_Line = tuple[int, LogKind, int, str, str, int, LogKind, int]


class LogWriter:
    """Writes one run of one log; what it is given after a newer run began is dropped."""

    def __init__(self, logs: "SpaceLogs", place: tuple[int, LogKind, int], mask: Mask) -> None:
        self._logs = logs
        self._place = place
        self._mask = mask
        self._count = 0

    def __call__(self, line: str) -> None:
        """Stores one line."""
        self._logs.append(self._place, self._mask(line)[:MAX_LINE_LENGTH])
        self._count += 1
        if self._count % _TRIM_EVERY == 0:
            self._logs.trim(self._place)


class SpaceLogs:
    """All logs of all Spaces."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._coming = LineBatches(self._store)
        database.create(_SCHEMA)

    def begin(self, space: int, kind: LogKind, *, masked: Iterable[str]) -> LogWriter:
        """Starts a new run of a log: what the former one said is gone, as on the platform."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO space_log_runs VALUES (?, ?, 1)"
                " ON CONFLICT (space, kind) DO UPDATE SET run = run + 1",
                (space, kind),
            )
            connection.execute("DELETE FROM space_logs WHERE space = ? AND kind = ?", (space, kind))
            run = connection.execute(
                "SELECT run FROM space_log_runs WHERE space = ? AND kind = ?", (space, kind)
            ).fetchone()["run"]
        return LogWriter(self, (space, kind, run), Mask(masked))

    def append(self, place: tuple[int, LogKind, int], line: str) -> None:
        """Stores a line unless the log has a newer run."""
        self._coming.add((*place, now(), line, *place))

    def flush(self) -> None:
        """Stores at once what has come."""
        self._coming.flush()

    def close(self) -> None:
        """Stores what has come, and ends."""
        self._coming.close()

    def _store(self, lines: Sequence[_Line]) -> None:
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO space_logs (space, kind, run, at, line)"
                " SELECT ?, ?, ?, ?, ? WHERE EXISTS"
                " (SELECT 1 FROM space_log_runs WHERE space = ? AND kind = ? AND run = ?)",
                lines,
            )

    def trim(self, place: tuple[int, LogKind, int]) -> None:
        """Drops what goes beyond the bound; what is still to be stored is not counted."""
        self._database.execute(
            "DELETE FROM space_logs WHERE space = ? AND kind = ? AND run = ? AND number <="
            " (SELECT number FROM space_logs WHERE space = ? AND kind = ? AND run = ?"
            "  ORDER BY number DESC LIMIT 1 OFFSET ?)",
            (*place, *place, MAX_LINES),
        )

    def read(self, space: int, kind: LogKind, *, after: int = 0) -> list[LogLine]:
        """The lines with a number above `after`, oldest first."""
        self.flush()
        rows = self._database.query(
            "SELECT number, at, line FROM space_logs WHERE space = ? AND kind = ? AND number > ?"
            " ORDER BY number",
            (space, kind, after),
        )
        return [LogLine(row["number"], row["at"], row["line"]) for row in rows]

    def tail(self, space: int, kind: LogKind, count: int) -> list[LogLine]:
        """The last `count` lines, oldest first."""
        self.flush()
        rows = self._database.query(
            "SELECT number, at, line FROM space_logs WHERE space = ? AND kind = ?"
            " ORDER BY number DESC LIMIT ?",
            (space, kind, count),
        )
        return [LogLine(row["number"], row["at"], row["line"]) for row in reversed(rows)]

    def newest(self, space: int, kind: LogKind) -> int:
        """The number of the newest line, 0 if there is none."""
        lines = self.tail(space, kind, 1)
        return lines[0].number if lines else 0
