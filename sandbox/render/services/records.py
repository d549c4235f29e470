"""One row per service: what it is told to be, what is live, what its worker still has to do."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.render.http.errors import ConflictError, there
from sandbox.render.http.ids import new_id, now, slug_of, with_suffix
from sandbox.render.services.settings import Settings
from sandbox.store.database import Database
from sandbox.store.table import Table

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


class Services:
    """The table of services."""

    def __init__(self, database: Database, taken_slugs: Callable[[str], bool]) -> None:
        """Opens the table; `taken_slugs` says of a slug whether others on Render have it."""
        self._database = database
        self._taken = taken_slugs
        database.create(_SCHEMA)
        self._services = Table(
            database, "render_services", Service, key="number", order="number DESC"
        )

    def add(self, name: str, owner: str, settings: Settings) -> Service:
        """A new service. Raises ConflictError if the workspace has one of that name."""
        moment = now()
        with self._database.transaction():
            self._require_free(owner, name)
            slug = slug_of(name) or "service"
            while self._taken(slug) or self._services.where("slug = ? AND NOT deleted", slug):
                slug = with_suffix(slug_of(name) or "service")
            return self._services.added(
                id=new_id("srv"),
                name=name,
                slug=slug,
                owner=owner,
                created_at=moment,
                updated_at=moment,
                settings=settings,
            )

    def find(self, identifier: str) -> Service:
        """The service of that id; raises NotFoundError, also once it is deleted."""
        return there(self._services.first("id = ? AND NOT deleted", identifier), identifier)

    def get(self, number: int) -> Service | None:
        """The service of that number, also one being removed; None once it is gone."""
        return self._services.find(number)

    def all(self, *, deleted: bool = False) -> list[Service]:
        """Every service, newest first; `deleted` for those being removed as well."""
        return self._services.where("NOT deleted OR ?", deleted)

    def change(self, service: Service, *, name: str, settings: Settings) -> Service:
        """Other settings or another name; the slug stays. Raises ConflictError."""
        with self._database.transaction():
            if name != service.name:
                self._require_free(service.owner, name)
            self.set(service.number, name=name, settings=settings, updated_at=now())
        return self.find(service.id)

    def set(self, number: int, **values: object) -> None:
        """Changes columns of a row, if it is still there."""
        self._services.set(number, **values)

    def forget(self, number: int) -> None:
        """Removes the row of a deleted service of which nothing is left."""
        self._services.drop(number)

    def _require_free(self, owner: str, name: str) -> None:
        if self._services.where("owner = ? AND name = ? AND NOT deleted", owner, name):
            raise ConflictError(f"name {name!r} must be unique within the workspace")
