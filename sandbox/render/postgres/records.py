"""One row per Postgres database: what it is told to be, and what its worker still has to do."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.ids import new_id, now, written
from sandbox.render.services.plans import FREE
from sandbox.store.database import Database

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

    def add(self, wish: PostgresWish, password: str) -> PostgresRecord:
        """A new database; raises BadRequestError if the workspace has one of that name, or a free
        one and this is to be free too.
        """  # noqa: D205 - one sentence
        moment = now()
        values: dict[str, object] = {
            **vars(wish),
            "allow_list": json.dumps([dict(each) for each in wish.allow_list]),
            "id": f"{new_id('dpg')}-a",
            "created_at": moment,
            "updated_at": moment,
            "expires_at": _expiry() if wish.plan == FREE else None,
            "password": password,
            "phase": Phase.CREATING,
        }
        with self._database.transaction() as connection:
            self._require_free_name(connection, wish.owner, wish.name)
            if (
                wish.plan == FREE
                and connection.execute(
                    "SELECT 1 FROM render_postgres WHERE owner = ? AND plan = ? AND NOT deleted",
                    (wish.owner, FREE),
                ).fetchone()
            ):
                raise BadRequestError("cannot have more than one active free tier database")
            marks = ", ".join("?" for _ in values)
            connection.execute(
                f"INSERT INTO render_postgres ({', '.join(values)}) VALUES ({marks})",  # noqa: S608 - names are ours
                tuple(values.values()),
            )
        return self.find(str(values["id"]))

    def find(self, identifier: str) -> PostgresRecord:
        """The database of that id; raises NotFoundError, also once it is deleted."""
        rows = self._database.query(
            "SELECT * FROM render_postgres WHERE id = ? AND NOT deleted", (identifier,)
        )
        if not rows:
            raise NotFoundError(identifier)
        return _record(rows[0])

    def get(self, number: int) -> PostgresRecord | None:
        """The database of that number, also one being removed; None once it is gone."""
        rows = self._database.query("SELECT * FROM render_postgres WHERE number = ?", (number,))
        return _record(rows[0]) if rows else None

    def all(self, *, deleted: bool = False) -> list[PostgresRecord]:
        """Every database, newest first; `deleted` for those being removed as well."""
        rows = self._database.query(
            "SELECT * FROM render_postgres WHERE NOT deleted OR ? ORDER BY number DESC", (deleted,)
        )
        return [_record(row) for row in rows]

    def change(self, record: PostgresRecord, **values: object) -> PostgresRecord:
        """Other columns, as asked by a caller; raises BadRequestError for a name that is taken."""
        with self._database.transaction() as connection:
            if values.get("name", record.name) != record.name:
                self._require_free_name(connection, record.owner, str(values["name"]))
            values["updated_at"] = now()
            names = ", ".join(f"{name} = ?" for name in values)
            connection.execute(
                f"UPDATE render_postgres SET {names} WHERE number = ?",  # noqa: S608 - names are ours
                (*values.values(), record.number),
            )
        return self.find(record.id)

    def done(self, record: PostgresRecord) -> None:
        """It runs as this snapshot says, unless something else was asked for since."""
        self._database.execute(
            "UPDATE render_postgres SET phase = ? WHERE number = ? AND phase = ? AND plan = ?",
            (Phase.RUNNING, record.number, record.phase, record.plan),
        )

    def mark_deleted(self, number: int) -> None:
        """It is gone for callers; its name is free."""
        self._database.execute("UPDATE render_postgres SET deleted = 1 WHERE number = ?", (number,))

    def forget(self, number: int) -> None:
        """Removes the row of a deleted database of which nothing is left."""
        self._database.execute("DELETE FROM render_postgres WHERE number = ?", (number,))

    @staticmethod
    def _require_free_name(connection: Any, owner: str, name: str) -> None:  # noqa: ANN401 - sqlite3
        if connection.execute(
            "SELECT 1 FROM render_postgres WHERE owner = ? AND name = ? AND NOT deleted",
            (owner, name),
        ).fetchone():
            raise BadRequestError(f"name {name!r} must be unique within the workspace")


def _record(row: Any) -> PostgresRecord:  # noqa: ANN401 - sqlite3.Row is untyped
    values = dict(row)
    values["allow_list"] = tuple(json.loads(values["allow_list"]))
    values["phase"] = Phase(values["phase"])
    for name in ("suspended", "deleted"):
        values[name] = bool(values[name])
    return PostgresRecord(**values)


def _expiry() -> str:
    return written(datetime.now(UTC) + timedelta(days=_FREE_DAYS))
