"""One row per service: what it is told to be, what is live, what its worker still has to do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.render.http.errors import ConflictError, NotFoundError
from sandbox.render.http.ids import new_id, now, slug_of, with_suffix
from sandbox.render.services.settings import Settings
from sandbox.store.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_services (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    slug TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    settings TEXT NOT NULL,
    suspended INTEGER NOT NULL DEFAULT 0,
    deleted INTEGER NOT NULL DEFAULT 0,   -- 1 while what it ran is being removed
    restart INTEGER NOT NULL DEFAULT 0,   -- 1: its live deploy is to be started afresh
    live TEXT,                            -- id of the deploy that serves, or is to serve
    container TEXT,                       -- name of the container that serves
    candidate TEXT                        -- name of one that is being started
);
CREATE UNIQUE INDEX IF NOT EXISTS render_services_name
    ON render_services (owner, name) WHERE NOT deleted;
CREATE UNIQUE INDEX IF NOT EXISTS render_services_slug ON render_services (slug) WHERE NOT deleted;
"""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A snapshot of one row; the columns are explained in the table."""

    number: int
    id: str
    name: str
    slug: str
    owner: str
    created_at: str
    updated_at: str
    settings: Settings
    suspended: bool
    deleted: bool
    restart: bool
    live: str | None
    container: str | None
    candidate: str | None


def _service(row: Any) -> Service:  # noqa: ANN401 - sqlite3.Row is untyped
    values = dict(row)
    values["settings"] = Settings.load(values["settings"])
    for name in ("suspended", "deleted", "restart"):
        values[name] = bool(values[name])
    return Service(**values)


class Services:
    """The table of services."""

    def __init__(self, database: Database, taken_slugs: Callable[[str], bool]) -> None:
        """Opens the table; `taken_slugs` says of a slug whether others on Render have it."""
        self._database = database
        self._taken = taken_slugs
        database.create(_SCHEMA)

    def add(self, name: str, owner: str, settings: Settings) -> Service:
        """A new service. Raises ConflictError if the workspace has one of that name."""
        moment = now()
        with self._database.transaction() as connection:
            self._require_free(connection, owner, name)
            slug = slug_of(name) or "service"
            while (
                self._taken(slug)
                or connection.execute(
                    "SELECT 1 FROM render_services WHERE slug = ? AND NOT deleted", (slug,)
                ).fetchone()
            ):
                slug = with_suffix(slug_of(name) or "service")
            identifier = new_id("srv")
            connection.execute(
                "INSERT INTO render_services"
                " (id, name, slug, owner, created_at, updated_at, settings)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (identifier, name, slug, owner, moment, moment, settings.dump()),
            )
        return self.find(identifier)

    def find(self, identifier: str) -> Service:
        """The service of that id; raises NotFoundError, also once it is deleted."""
        rows = self._database.query(
            "SELECT * FROM render_services WHERE id = ? AND NOT deleted", (identifier,)
        )
        if not rows:
            raise NotFoundError(identifier)
        return _service(rows[0])

    def get(self, number: int) -> Service | None:
        """The service of that number, also one being removed; None once it is gone."""
        rows = self._database.query("SELECT * FROM render_services WHERE number = ?", (number,))
        return _service(rows[0]) if rows else None

    def all(self, *, deleted: bool = False) -> list[Service]:
        """Every service, newest first; `deleted` for those being removed as well."""
        rows = self._database.query(
            "SELECT * FROM render_services WHERE NOT deleted OR ? ORDER BY number DESC", (deleted,)
        )
        return [_service(row) for row in rows]

    def change(self, service: Service, *, name: str, settings: Settings) -> Service:
        """Other settings or another name; the slug stays. Raises ConflictError."""
        with self._database.transaction() as connection:
            if name != service.name:
                self._require_free(connection, service.owner, name)
            connection.execute(
                "UPDATE render_services SET name = ?, settings = ?, updated_at = ?"
                " WHERE number = ?",
                (name, settings.dump(), now(), service.number),
            )
        return self.find(service.id)

    def set(self, number: int, **values: object) -> None:
        """Changes columns of a row, if it is still there."""
        names = ", ".join(f"{name} = ?" for name in values)
        self._database.execute(
            f"UPDATE render_services SET {names} WHERE number = ?",  # noqa: S608 - names are ours
            (*values.values(), number),
        )

    def forget(self, number: int) -> None:
        """Removes the row of a deleted service of which nothing is left."""
        self._database.execute("DELETE FROM render_services WHERE number = ?", (number,))

    @staticmethod
    def _require_free(connection: Any, owner: str, name: str) -> None:  # noqa: ANN401 - sqlite3
        if connection.execute(
            "SELECT 1 FROM render_services WHERE owner = ? AND name = ? AND NOT deleted",
            (owner, name),
        ).fetchone():
            raise ConflictError(f"name {name!r} must be unique within the workspace")
