"""`/v1/disks`: persistent disks of services."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.render.http import body as read
from sandbox.render.http.requests import Door, listed, page, within
from sandbox.render.services.disks import Disk
from sandbox.render.services.service import RenderService

_DISK = "/v1/disks/{id}"


class DiskRoutes:
    """Endpoints about disks."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed = self._door.keyed
        return [
            Route("/v1/disks", keyed(self.listing), methods=["GET"]),
            Route("/v1/disks", keyed(self.create), methods=["POST"]),
            Route(_DISK, keyed(self.get), methods=["GET"]),
            Route(_DISK, keyed(self.change), methods=["PATCH"]),
            Route(_DISK, keyed(self.delete), methods=["DELETE"]),
        ]

    def listing(self, request: Request, _body: bytes) -> Response:
        """`GET /disks`, newest first."""
        found = [each for each in self._service.disks.disks.all() if self._asked(request, each)]
        return self._door.answer(
            page(request, found, lambda each: each.id, self._described, "disk")
        )

    def create(self, _request: Request, body: bytes) -> Response:
        """`POST /disks`."""
        made = self._service.disks.create(read.json_object(body))
        return self._door.answer(self._described(made), 201)

    def get(self, request: Request, _body: bytes) -> Response:
        """`GET …`."""
        found = self._service.disks.disks.find(request.path_params["id"])
        return self._door.answer(self._described(found))

    def change(self, request: Request, body: bytes) -> Response:
        """`PATCH …`."""
        changed = self._service.disks.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._described(changed))

    def delete(self, request: Request, _body: bytes) -> Response:
        """`DELETE …`."""
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
        filters = {name: listed(request, name) for name in values}
        if any(wanted and values[name] not in wanted for name, wanted in filters.items()):
            return False
        return within(request, {"created": disk.created_at, "updated": disk.updated_at})
