"""What the API says to disks, by the platform's rules."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError
from sandbox.render.services.disks import Disk, Disks, DiskWish
from sandbox.render.services.events import Events
from sandbox.render.services.plans import FREE
from sandbox.render.services.records import Services
from sandbox.render.services.settings import Settings

_MOST_GB = 1024


class DiskService:
    """All disks. What is changed reaches a service with its next deploy."""

    def __init__(self, disks: Disks, services: Services, events: Events) -> None:
        self.disks = disks
        self._services = services
        self._events = events

    def create(self, body: Mapping[str, Any]) -> Disk:
        """A disk for a service that has none; raises NotFoundError and BadRequestError."""
        service = self._services.find(read.required(body, "serviceId"))
        return self.add(service.number, read_disk(body, service.settings))

    def add(self, service: int, wish: DiskWish) -> Disk:
        """A disk whose service and settings were checked."""
        disk = self.disks.add(service, wish)
        self._events.add(service, "disk_created", diskId=disk.id, sizeGB=disk.size_gb)
        return disk

    def change(self, identifier: str, body: Mapping[str, Any]) -> Disk:
        """Other settings; what is not named stays. It grows only."""
        disk = self.disks.find(identifier)
        size = disk.size_gb
        if body.get("sizeGB") is not None:
            size = read.whole(body, "sizeGB", 1, _MOST_GB)
        if size < disk.size_gb:
            raise BadRequestError(f"sizeGB: a disk of {disk.size_gb} GB cannot shrink")
        wish = DiskWish(
            name=read.text(body, "name") or disk.name,
            mount_path=_mount_path(body) if body.get("mountPath") else disk.mount_path,
            size_gb=size,
        )
        if size != disk.size_gb:
            sizes = {"fromSizeGB": disk.size_gb, "toSizeGB": size}
            self._events.add(disk.service, "disk_updated", diskId=disk.id, **sizes)
        return self.disks.change(disk, wish)

    def delete(self, identifier: str) -> None:
        """The disk is gone; what still has it keeps its data until it is replaced."""
        disk = self.disks.find(identifier)
        self.disks.mark_deleted(disk)
        self._events.add(disk.service, "disk_deleted", diskId=disk.id)


def read_disk(body: Mapping[str, Any], settings: Settings) -> DiskWish:
    """A disk for a service with these settings; raises BadRequestError."""
    if settings.static:
        raise BadRequestError("disk is not supported for static sites")
    if settings.plan == FREE:
        raise BadRequestError("disk is not supported for free tier services")
    if settings.num_instances > 1:
        raise BadRequestError("a service with several instances cannot have a disk")
    size = 1 if body.get("sizeGB") is None else read.whole(body, "sizeGB", 1, _MOST_GB)
    return DiskWish(name=read.required(body, "name"), mount_path=_mount_path(body), size_gb=size)


def _mount_path(body: Mapping[str, Any]) -> str:
    path = PurePosixPath(read.required(body, "mountPath"))
    if not path.is_absolute() or ".." in path.parts or len(path.parts) == 1:
        raise BadRequestError(f"mountPath: {str(path)!r} must be an absolute path below /")
    return str(path)
