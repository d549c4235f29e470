"""One row per Postgres database: what it is told to be, and what its worker still has to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sandbox.render.http.errors import BadRequestError, there
from sandbox.render.http.ids import new_id, now, written
from sandbox.render.services.plans import FREE
from sandbox.store.database import Database
from sandbox.store.table import Table

_FREE_DAYS = 30

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_postgres (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    expires_at TEXT,                      -- of a free one
    plan TEXT NOT NULL,
    version TEXT NOT NULL,
    region TEXT NOT NULL,
    database_name TEXT NOT NULL,
    database_user TEXT NOT NULL,
    password TEXT NOT NULL,
    disk_gb INTEGER NOT NULL,
    allow_list TEXT NOT NULL,             -- JSON
    phase TEXT NOT NULL,
    suspended INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0    -- 1 while what it ran is being removed
);
"""


class Phase(StrEnum):
    """What a database waits for, in the API's words for its status."""

    CREATING = "creating"  # its cluster is not there, or not wholly
    RUNNING = "running"
    RESTART = "config_restart"
    OTHER_PLAN = "updating_instance"


@dataclass(frozen=True, kw_only=True)
class PostgresRecord:
    """A snapshot of one row; the columns are explained in the table."""

    number: int
    id: str
    name: str
    owner: str
    created_at: str
    updated_at: str
    expires_at: str | None
    plan: str
    version: str
    region: str
    database_name: str
    database_user: str
    password: str = field(repr=False)
    disk_gb: int
    allow_list: tuple[Mapping[str, str], ...]
    phase: Phase
    suspended: bool
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class PostgresWish:
    """What a caller decides about a new database."""

    name: str
    owner: str
    plan: str
    version: str
    region: str
    database_name: str
    database_user: str
    disk_gb: int
    allow_list: tuple[Mapping[str, str], ...]


class PostgresRecords:
    """The table of databases."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._rows = Table(
            database, "render_postgres", PostgresRecord, key="number", order="number DESC"
        )

    def add(self, wish: PostgresWish, password: str) -> PostgresRecord:
        """A new database; raises BadRequestError if the workspace has one of that name, or a free
        one and this is to be free too.
        """  # noqa: D205 - one sentence
        moment, there = now(), "owner = ? AND plan = ? AND NOT deleted"
        with self._database.transaction():
            self._require_free_name(wish.owner, wish.name)
            if wish.plan == FREE and self._rows.where(there, wish.owner, FREE):
                raise BadRequestError("cannot have more than one active free tier database")
            return self._rows.added(
                **vars(wish),
                id=f"{new_id('dpg')}-a",
                created_at=moment,
                updated_at=moment,
                expires_at=_expiry() if wish.plan == FREE else None,
                password=password,
                phase=Phase.CREATING,
            )

    def find(self, identifier: str) -> PostgresRecord:
        """The database of that id; raises NotFoundError, also once it is deleted."""
        return there(self._rows.first("id = ? AND NOT deleted", identifier), identifier)

    def get(self, number: int) -> PostgresRecord | None:
        """The database of that number, also one being removed; None once it is gone."""
        return self._rows.find(number)

    def all(self, *, deleted: bool = False) -> list[PostgresRecord]:
        """Every database, newest first; `deleted` for those being removed as well."""
        return self._rows.where("NOT deleted OR ?", deleted)

    def change(self, record: PostgresRecord, **values: object) -> PostgresRecord:
        """Other columns, as asked by a caller; raises BadRequestError for a name that is taken."""
        with self._database.transaction():
            if values.get("name", record.name) != record.name:
                self._require_free_name(record.owner, str(values["name"]))
            self._rows.set(record.number, **{**values, "updated_at": now()})
        return self.find(record.id)

    def done(self, record: PostgresRecord) -> None:
        """It runs as this snapshot says, unless something else was asked for since."""
        unchanged = "number = ? AND phase = ? AND plan = ?"
        values = {"phase": Phase.RUNNING}
        self._rows.set_where(values, unchanged, record.number, record.phase, record.plan)

    def mark_deleted(self, number: int) -> None:
        """It is gone for callers; its name is free."""
        self._rows.set(number, deleted=1)

    def forget(self, number: int) -> None:
        """Removes the row of a deleted database of which nothing is left."""
        self._rows.drop(number)

    def _require_free_name(self, owner: str, name: str) -> None:
        if self._rows.where("owner = ? AND name = ? AND NOT deleted", owner, name):
            raise BadRequestError(f"name {name!r} must be unique within the workspace")


def _expiry() -> str:
    return written(datetime.now(UTC) + timedelta(days=_FREE_DAYS))
