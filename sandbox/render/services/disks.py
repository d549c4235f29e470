"""Persistent disks: one a service, kept in a volume that outlives deploys."""

from dataclasses import dataclass

from sandbox.render.http.errors import BadRequestError, NotFoundError
from sandbox.render.http.ids import new_id, now
from sandbox.store.database import Database
from sandbox.store.table import Table

GB = 1000**3  # bytes, of a disk's size
_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_disks (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    name TEXT NOT NULL,
    mount_path TEXT NOT NULL,
    size_gb INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0   -- 1 until no instance has it any more
);
CREATE UNIQUE INDEX IF NOT EXISTS render_disks_service ON render_disks (service) WHERE NOT deleted;
"""
_THERE = "SELECT number FROM render_services WHERE NOT deleted"


@dataclass(frozen=True, kw_only=True)
class DiskWish:
    """What a caller decides about a disk."""

    name: str
    mount_path: str
    size_gb: int


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A snapshot of one row."""

    id: str  # also names its volume
    service: int
    name: str
    mount_path: str
    size_gb: int
    created_at: str
    updated_at: str


class Disks:
    """The table of disks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._disks = Table(database, "render_disks", Disk, order="created_at DESC")

    def add(self, service: int, wish: DiskWish) -> Disk:
        """A new disk; raises BadRequestError if the service has one."""
        moment, identifier = now(), new_id("dsk")
        with self._database.transaction():
            if self._disks.where("service = ? AND NOT deleted", service):
                raise BadRequestError("the service has a disk already")
            times = {"created_at": moment, "updated_at": moment}
            self._disks.add(id=identifier, service=service, **vars(wish), **times)
        return self.find(identifier)

    def find(self, identifier: str) -> Disk:
        """The disk of that id; raises NotFoundError, also once it is deleted."""
        found = [each for each in self.all() if each.id == identifier]
        if not found:
            raise NotFoundError(identifier)
        return found[0]

    def of(self, service: int) -> Disk | None:
        """A service's disk."""
        return next((each for each in self.all() if each.service == service), None)

    def all(self) -> list[Disk]:
        """Every disk, newest first."""
        return self._disks.where(f"NOT deleted AND service IN ({_THERE})")

    def left_over(self, service: int, *, mounted: str | None) -> list[Disk]:
        """A service's deleted disks whose volumes may go: all but the one an instance has."""
        found = self._disks.where("deleted AND service = ?", service)
        return [each for each in found if each.id != mounted]

    def ever(self, service: int) -> list[Disk]:
        """A service's disk and those deleted ones whose volumes may still be there."""
        return self._disks.where("service = ?", service)

    def change(self, disk: Disk, wish: DiskWish) -> Disk:
        """Other settings, for the deploys from now on."""
        self._disks.set(disk.id, **vars(wish), updated_at=now())
        return self.find(disk.id)

    def mark_deleted(self, disk: Disk) -> None:
        """It is gone for callers, and for the deploys from now on."""
        self._disks.set(disk.id, deleted=1)

    def forget(self, disk: Disk) -> None:
        """Removes the row of a deleted disk whose volume is gone."""
        self._disks.drop(disk.id)
