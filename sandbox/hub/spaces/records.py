"""One row per Space: what it is, what it shows, what its worker still has to do.

Every request for work raises the row's `turn`. A worker passes the turn it works for with each
change, and the change is dropped when a newer request came meanwhile: that is how the last commit
wins, and how nothing that was asked for is forgotten over a restart of the sandbox.
"""

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sandbox.hub.http.errors import RepositoryNotFoundError
from sandbox.hub.spaces.stages import Stage, Wanted
from sandbox.store.database import Database
from sandbox.store.table import Table

BASE_NAME_PREFIX = "space-"  # of the names of all containers and images of Spaces

_SCHEMA = """
CREATE TABLE IF NOT EXISTS spaces (
    id INTEGER PRIMARY KEY,
    repo_id TEXT UNIQUE,              -- NULL while a deleted Space is being removed
    base_name TEXT NOT NULL UNIQUE,   -- of its images and containers; a renamed Space keeps it
    sdk TEXT NOT NULL,
    hardware TEXT NOT NULL,
    hardware_current TEXT,
    sleep_seconds INTEGER,            -- -1 never, NULL the default of the hardware
    stage TEXT NOT NULL,
    error TEXT,
    head TEXT,                        -- the commit that is, or is to be, built
    wanted TEXT NOT NULL DEFAULT '',
    turn INTEGER NOT NULL DEFAULT 0,
    no_cache INTEGER NOT NULL DEFAULT 0,
    image TEXT,
    image_commit TEXT,
    app_port INTEGER,                 -- of the image's commit
    startup_seconds REAL,
    title TEXT,
    container TEXT,                   -- name of the container that serves
    sha TEXT                          -- the commit it serves
);
"""


@dataclass(frozen=True, kw_only=True)
class SpaceRecord:
    """A snapshot of one row; the columns are explained in the table."""

    id: int
    repo_id: str | None
    base_name: str
    sdk: str
    hardware: str
    hardware_current: str | None
    sleep_seconds: int | None
    stage: Stage
    error: str | None
    head: str | None
    wanted: Wanted
    turn: int
    no_cache: bool
    image: str | None
    image_commit: str | None
    app_port: int | None
    startup_seconds: float | None
    title: str | None
    container: str | None
    sha: str | None

    def changed(self, **values: Any) -> "SpaceRecord":  # noqa: ANN401 - any column
        """The record with other values in some columns."""
        return replace(self, **values)

    @property
    def static(self) -> bool:
        """Whether files are served as they are, without a container."""
        return self.sdk == "static"

    @property
    def namespace(self) -> str:
        """The user or organization the Space belongs to."""
        return (self.repo_id or "").partition("/")[0]

    @property
    def name(self) -> str:
        """The Space's name without its namespace."""
        return (self.repo_id or "").partition("/")[2]


class SpaceRecords:
    """The table of Spaces."""

    def __init__(self, database: Database) -> None:
        self.database = database
        database.create(_SCHEMA)
        self._spaces = Table(database, "spaces", SpaceRecord)
        _close_to_others(database)

    def add(self, repo_id: str, *, sdk: str, hardware: str, sleep_seconds: int | None) -> int:
        """Adds a Space that has no app yet; returns its id."""
        return self._spaces.add(
            repo_id=repo_id,
            base_name=_base_name(repo_id),
            sdk=sdk,
            hardware=hardware,
            sleep_seconds=sleep_seconds,
            stage=Stage.NO_APP_FILE,
        )

    def find(self, repo_id: str) -> SpaceRecord:
        """The Space of that name; raises RepositoryNotFoundError."""
        found = self._spaces.first("repo_id = ?", repo_id)
        if found is None:
            raise RepositoryNotFoundError
        return found

    def get(self, space: int) -> SpaceRecord | None:
        """The Space with that id, or None once it is gone."""
        return self._spaces.find(space)

    def all(self) -> list[SpaceRecord]:
        """Every Space, also those being removed."""
        return self._spaces.where()

    def request(
        self,
        space: int,
        change: Callable[[SpaceRecord], dict[str, object] | None],
        *,
        supersede: bool = True,
    ) -> SpaceRecord | None:
        """Lets `change` say, within one transaction, what a request makes of the row.

        `supersede` raises the row's turn, so that whatever a worker is doing is dropped. `change`
        returns None when there is nothing to do. Returns the new row, or None if nothing changed.
        """
        with self.database.transaction():
            record = self.get(space)
            values = None if record is None else change(record)
            if record is None or values is None:
                return None
            self._spaces.set(space, **{**values, "turn": record.turn + int(supersede)})
            return self.get(space)

    def advance(self, space: int, turn: int, **values: object) -> bool:
        """A worker's change; False, and nothing changed, if its turn is over."""
        return self._spaces.set_where(values, "id = ? AND turn = ?", space, turn)

    def is_turn(self, space: int, turn: int) -> bool:
        """Whether no newer request came."""
        return bool(self._spaces.where("id = ? AND turn = ?", space, turn))

    def set(self, space: int, **values: object) -> None:
        """Changes settings that ask for no work."""
        self._spaces.set(space, **values)

    def forget(self, space: int) -> None:
        """Removes the row."""
        self._spaces.drop(space)


def _base_name(repo_id: str) -> str:
    """A readable name that no other sandbox on the same engine gives."""
    slug = re.sub(r"[^a-z0-9]+", "-", repo_id.lower()).strip("-")[:40].strip("-")
    return f"{BASE_NAME_PREFIX}{slug}-{secrets.token_hex(4)}"


def _close_to_others(database: Database) -> None:
    """The file holds secrets' values, so its owner alone may read it; -wal and -shm too."""
    for row in database.query("PRAGMA database_list"):
        path = Path(row["file"])
        for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
            if row["file"] and file.exists():
                file.chmod(0o600)
