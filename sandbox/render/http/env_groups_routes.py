"""`/v1/env-groups`: groups of variables and secret files, and the services linked to them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import at
from sandbox.render.env.groups import EnvGroup
from sandbox.render.env.variables import (
    PARTS,
    Kind,
    described,
    kind_of,
    read_files,
    read_value,
    read_variables,
)
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError
from sandbox.render.http.requests import Door, Routes, fits, limit_of
from sandbox.render.services.service import RenderService
from sandbox.render.services.settings import SHORT

_GROUP = "/v1/env-groups/{id}"
_VALUES = [f"{_GROUP}/{part}/{{name}}" for part in PARTS]
_LINK = f"{_GROUP}/services/{{service}}"
_NO_CONTENT = 204


class EnvGroupRoutes(Routes):
    """Endpoints about env groups."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._groups = service.parts.groups
        self._door = door

    @at("GET", "/v1/env-groups")
    def _listing(self, request: Request, _body: bytes) -> Response:
        """Newest first: a bare list, without cursors and without values."""
        found = [each for each in self._groups.all() if _asked(request, each)]
        page = found[: limit_of(request)]
        return self._door.answer([self._meta(each) for each in page])

    @at("POST", "/v1/env-groups")
    def _create(self, _request: Request, body: bytes) -> Response:
        given = read.json_object(body)
        if given.get("environmentId"):
            raise NotImitatedError("environments")
        owner = self._service.account.owner_of_new(given.get("ownerId"))
        values = {
            Kind.VARIABLE: read_variables(given.get("envVars")),
            Kind.FILE: read_files(given.get("secretFiles")),
        }
        services = [self._number(each, owner) for each in read.texts(given, "serviceIds")]
        made = self._groups.add(read.required(given, "name"), owner, values, services)
        return self._answer(made, 201)

    @at("GET", _GROUP)
    def _get(self, request: Request, _body: bytes) -> Response:
        return self._answer(self._find(request))

    @at("PATCH", _GROUP)
    def _rename(self, request: Request, body: bytes) -> Response:
        """`PATCH … {name}`."""
        group = self._find(request)
        self._groups.rename(group, read.required(read.json_object(body), "name"))
        return self._answer(group)

    @at("DELETE", _GROUP)
    def _delete(self, request: Request, _body: bytes) -> Response:
        self._groups.remove(self._find(request))
        return Response(status_code=_NO_CONTENT)

    @at("POST", _LINK)
    def _link(self, request: Request, _body: bytes) -> Response:
        """Deploys nothing."""
        group = self._find(request)
        self._groups.link(group, self._number(request.path_params["service"], group.owner))
        return self._answer(group)

    @at("DELETE", _LINK)
    def _unlink(self, request: Request, _body: bytes) -> Response:
        group = self._find(request)
        self._groups.unlink(group, self._number(request.path_params["service"], group.owner))
        return Response(status_code=_NO_CONTENT)

    @at("GET", *_VALUES)
    def _value(self, request: Request, _body: bytes) -> Response:
        """`GET …/env-vars/{key}` and `…/secret-files/{name}`."""
        kind, name = _value_of(request)
        value = self._groups.value(self._find(request), kind, name)
        return self._door.answer(described(kind, name, value))

    @at("PUT", *_VALUES)
    def _put(self, request: Request, body: bytes) -> Response:
        """Answers the whole group."""
        kind, name = _value_of(request)
        group = self._find(request)
        self._groups.put(group, kind, name, read_value(kind, name, read.json_object(body)))
        return self._answer(group)

    @at("DELETE", *_VALUES)
    def _drop(self, request: Request, _body: bytes) -> Response:
        self._groups.drop(self._find(request), *_value_of(request))
        return Response(status_code=_NO_CONTENT)

    def _find(self, request: Request) -> EnvGroup:
        return self._groups.find(request.path_params["id"])

    def _number(self, service: str, owner: str) -> int:
        """A service that may be lent something of that workspace's."""
        found = self._service.find(service)
        if found.owner != owner:
            raise BadRequestError(f"service {service} belongs to another workspace")
        return found.number

    def _answer(self, group: EnvGroup, status: int = 200) -> Response:
        found = self._groups.find(group.id)
        shown = self._meta(found)
        for kind, key in ((Kind.VARIABLE, "envVars"), (Kind.FILE, "secretFiles")):
            pairs = self._groups.values(found, kind)
            shown[key] = [described(kind, *pair) for pair in pairs]
        return self._door.answer(shown, status)

    def _meta(self, group: EnvGroup) -> dict[str, Any]:
        services = [self._service.parts.services.get(each) for each in self._groups.linked(group)]
        return {
            "id": group.id,
            "name": group.name,
            "ownerId": group.owner,
            "createdAt": group.created_at,
            "updatedAt": group.updated_at,
            "serviceLinks": [
                {"id": each.id, "name": each.name, "type": SHORT[each.settings.type]}
                for each in services
                if each is not None and not each.deleted
            ],
        }


def _value_of(request: Request) -> tuple[Kind, str]:
    return kind_of(request.url.path), request.path_params["name"]


def _asked(request: Request, group: EnvGroup) -> bool:
    values = {"name": group.name, "ownerId": group.owner, "environmentId": ""}
    return fits(request, values, group.created_at, group.updated_at)
