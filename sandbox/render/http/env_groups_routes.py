"""`/v1/env-groups`: groups of variables and secret files, and the services linked to them."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.http.errors import NotImitatedError
from sandbox.render.env.groups import EnvGroup
from sandbox.render.env.variables import (
    Kind,
    read_files,
    read_variables,
    require_name,
    variable_value,
)
from sandbox.render.http import body as read
from sandbox.render.http.errors import BadRequestError
from sandbox.render.http.requests import Door, limit_of, listed, within
from sandbox.render.services.service import RenderService
from sandbox.render.services.settings import SHORT

_GROUP = "/v1/env-groups/{id}"
_KINDS = {"env-vars": Kind.VARIABLE, "secret-files": Kind.FILE}
_NO_CONTENT = 204


class EnvGroupRoutes:
    """Endpoints about env groups."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._groups = service.parts.groups
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        keyed = self._door.keyed
        link = f"{_GROUP}/services/{{service}}"
        routes: list[BaseRoute] = [
            Route("/v1/env-groups", keyed(self.listing), methods=["GET"]),
            Route("/v1/env-groups", keyed(self.create), methods=["POST"]),
            Route(_GROUP, keyed(self.get), methods=["GET"]),
            Route(_GROUP, keyed(self.rename), methods=["PATCH"]),
            Route(_GROUP, keyed(self.delete), methods=["DELETE"]),
            Route(link, keyed(self.link), methods=["POST"]),
            Route(link, keyed(self.unlink), methods=["DELETE"]),
        ]
        for part in _KINDS:
            value = f"{_GROUP}/{part}/{{name}}"
            routes += [
                Route(value, keyed(self.value), methods=["GET"]),
                Route(value, keyed(self.put), methods=["PUT"]),
                Route(value, keyed(self.drop), methods=["DELETE"]),
            ]
        return routes

    def listing(self, request: Request, _body: bytes) -> Response:
        """`GET /env-groups`, newest first: a bare list, without cursors and without values."""
        found = [each for each in self._groups.all() if _asked(request, each)]
        page = found[: limit_of(request)]
        return self._door.answer([self._meta(each) for each in page])

    def create(self, _request: Request, body: bytes) -> Response:
        """`POST /env-groups`."""
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

    def get(self, request: Request, _body: bytes) -> Response:
        """`GET …`."""
        return self._answer(self._find(request))

    def rename(self, request: Request, body: bytes) -> Response:
        """`PATCH … {name}`."""
        group = self._find(request)
        self._groups.rename(group, read.required(read.json_object(body), "name"))
        return self._answer(group)

    def delete(self, request: Request, _body: bytes) -> Response:
        """`DELETE …`."""
        self._groups.remove(self._find(request))
        return Response(status_code=_NO_CONTENT)

    def link(self, request: Request, _body: bytes) -> Response:
        """`POST …/services/{service}`: deploys nothing."""
        group = self._find(request)
        self._groups.link(group, self._number(request.path_params["service"], group.owner))
        return self._answer(group)

    def unlink(self, request: Request, _body: bytes) -> Response:
        """`DELETE …/services/{service}`."""
        group = self._find(request)
        self._groups.unlink(group, self._number(request.path_params["service"], group.owner))
        return Response(status_code=_NO_CONTENT)

    def value(self, request: Request, _body: bytes) -> Response:
        """`GET …/env-vars/{key}` and `…/secret-files/{name}`."""
        kind, name = _value_of(request)
        value = self._groups.value(self._find(request), kind, name)
        return self._door.answer(_described(kind, name, value))

    def put(self, request: Request, body: bytes) -> Response:
        """`PUT …`: answers the whole group."""
        kind, name = _value_of(request)
        group, given = self._find(request), read.json_object(body)
        require_name(name, kind)
        variable = kind is Kind.VARIABLE
        value = variable_value(given) if variable else read.text(given, "content")
        self._groups.put(group, kind, name, value)
        return self._answer(group)

    def drop(self, request: Request, _body: bytes) -> Response:
        """`DELETE …`."""
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
        described = self._meta(found)
        for kind, key in ((Kind.VARIABLE, "envVars"), (Kind.FILE, "secretFiles")):
            pairs = self._groups.values(found, kind)
            described[key] = [_described(kind, *pair) for pair in pairs]
        return self._door.answer(described, status)

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
    part = request.url.path.rstrip("/").split("/")[-2]
    return _KINDS[part], request.path_params["name"]


def _described(kind: Kind, name: str, value: str) -> dict[str, str]:
    if kind is Kind.VARIABLE:
        return {"key": name, "value": value}
    return {"name": name, "content": value}


def _asked(request: Request, group: EnvGroup) -> bool:
    values = {"name": group.name, "ownerId": group.owner, "environmentId": ""}
    filters = {name: listed(request, name) for name in values}
    if any(wanted and values[name] not in wanted for name, wanted in filters.items()):
        return False
    return within(request, {"created": group.created_at, "updated": group.updated_at})
