"""`/v1/disks`: persistent disks of services."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
from sandbox.render.http import body as read
from sandbox.render.http.requests import Door, Routes, fits, page
from sandbox.render.services.disks import Disk
from sandbox.render.services.service import RenderService

_DISK = "/v1/disks/{id}"


class DiskRoutes(Routes):
    """Endpoints about disks."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    @at("GET", "/v1/disks")
    def _listing(self, request: Request, _body: bytes) -> Response:
        """Newest first."""
        found = [each for each in self._service.disks.disks.all() if self._asked(request, each)]
        return self._door.answer(
            page(request, found, lambda each: each.id, self._described, "disk")
        )

    @at("POST", "/v1/disks")
    def _create(self, _request: Request, body: bytes) -> Response:
        made = self._service.disks.create(read.json_object(body))
        return self._door.answer(self._described(made), 201)

    @at("GET", _DISK)
    def _get(self, request: Request, _body: bytes) -> Response:
        found = self._service.disks.disks.find(request.path_params["id"])
        return self._door.answer(self._described(found))

    @at("PATCH", _DISK)
    def _change(self, request: Request, body: bytes) -> Response:
        changed = self._service.disks.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._described(changed))

    @at("DELETE", _DISK)
    def _delete(self, request: Request, _body: bytes) -> Response:
        self._service.disks.delete(request.path_params["id"])
        return Response(status_code=204)

    def _described(self, disk: Disk) -> dict[str, Any]:
        service = self._service.parts.services.get(disk.service)
        described = {
            "id": disk.id,
            "name": disk.name,
            "sizeGB": disk.size_gb,
            "mountPath": disk.mount_path,
            "createdAt": disk.created_at,
            "updatedAt": disk.updated_at,
        }
        return described if service is None else {**described, "serviceId": service.id}

    def _asked(self, request: Request, disk: Disk) -> bool:
        service = self._service.parts.services.get(disk.service)
        values = {
            "diskId": disk.id,
            "name": disk.name,
            "serviceId": service.id if service else "",
            "ownerId": service.owner if service else "",
        }
        return fits(request, values, disk.created_at, disk.updated_at)
