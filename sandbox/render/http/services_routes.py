"""`/v1/services`: services, their variables, secret files and what is done to them."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.http.handlers import at
from sandbox.render.env.variables import (
    Kind,
    Pairs,
    read_files,
    read_variables,
    require_name,
    variable_value,
)
from sandbox.render.http import body as read
from sandbox.render.http.requests import Door, Routes, listed, page, whole_page, within
from sandbox.render.services.records import Service
from sandbox.render.services.service import RenderService

_SERVICE = "/v1/services/{id}"
_ACCEPTED = 202
_NO_CONTENT = 204


class ServiceRoutes(Routes):
    """Endpoints about services."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    @at("GET", "/v1/services")
    def _listing(self, request: Request, _body: bytes) -> Response:
        """Newest first."""
        found = [each for each in self._service.parts.services.all() if _asked(request, each)]
        describe = self._service.describe.service
        return self._door.answer(page(request, found, lambda each: each.id, describe, "service"))

    @at("POST", "/v1/services")
    def _create(self, _request: Request, body: bytes) -> Response:
        service, deploy = self._service.create(read.json_object(body))
        described = self._service.describe.service(service)
        return self._door.answer({"service": described, "deployId": deploy.id}, 201)

    @at("GET", _SERVICE)
    def _get(self, request: Request, _body: bytes) -> Response:
        found = self._service.find(request.path_params["id"])
        return self._door.answer(self._service.describe.service(found))

    @at("PATCH", _SERVICE)
    def _change(self, request: Request, body: bytes) -> Response:
        """Settings only, no deploy."""
        changed = self._service.change(request.path_params["id"], read.json_object(body))
        return self._door.answer(self._service.describe.service(changed))

    @at("DELETE", _SERVICE)
    def _delete(self, request: Request, _body: bytes) -> Response:
        self._service.delete(request.path_params["id"])
        return Response(status_code=_NO_CONTENT)

    @at("POST", f"{_SERVICE}/suspend")
    def _suspend(self, request: Request, _body: bytes) -> Response:
        self._service.suspend(request.path_params["id"])
        return Response(status_code=_ACCEPTED)

    @at("POST", f"{_SERVICE}/resume")
    def _resume(self, request: Request, _body: bytes) -> Response:
        self._service.resume(request.path_params["id"])
        return Response(status_code=_ACCEPTED)

    @at("POST", f"{_SERVICE}/restart")
    def _restart(self, request: Request, _body: bytes) -> Response:
        self._service.restart(request.path_params["id"])
        return Response(status_code=200)

    @at("POST", f"{_SERVICE}/scale")
    def _scale(self, request: Request, body: bytes) -> Response:
        """`POST …/scale {numInstances}`."""
        self._service.scale(request.path_params["id"], read.json_object(body))
        return Response(status_code=_ACCEPTED)

    @at("GET", f"{_SERVICE}/instances")
    def _instances(self, request: Request, _body: bytes) -> Response:
        """Those that really run."""
        service = self._service.find(request.path_params["id"])
        instance = self._service.parts.serving.get(service.number)
        if instance is None:
            return self._door.answer([])
        deploy = self._service.parts.deploys.find(service.number, instance.deploy)
        identifier = f"{service.id}-{instance.container.rpartition('-')[2]}"
        since = deploy.finished_at or deploy.created_at
        return self._door.answer([{"id": identifier, "createdAt": since}])


class VariableRoutes:
    """The two lists of a service: `env-vars` and `secret-files`."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._door = door

    def routes(self) -> list[BaseRoute]:
        """The addresses served here."""
        routes: list[BaseRoute] = []
        for kind, part in ((Kind.VARIABLE, "env-vars"), (Kind.FILE, "secret-files")):
            many, one = f"{_SERVICE}/{part}", f"{_SERVICE}/{part}/{{name}}"
            for address, method, handler in (
                (many, "GET", self._listing),
                (many, "PUT", self._replace),
                (one, "GET", self._get),
                (one, "PUT", self._put),
                (one, "DELETE", self._delete),
            ):
                endpoint = self._door.keyed(_of_kind(handler, kind))
                routes.append(Route(address, endpoint, methods=[method]))
        return routes

    def _listing(self, request: Request, _body: bytes, kind: Kind) -> Response:
        pairs = self._service.parts.variables.all(self._number(request), kind)
        return self._door.answer(
            page(request, pairs, lambda pair: pair[0], _shape(kind), _word(kind))
        )

    def _replace(self, request: Request, body: bytes, kind: Kind) -> Response:
        number = self._number(request)
        given = read.json_value(body)
        pairs: Pairs = read_variables(given) if kind is Kind.VARIABLE else read_files(given)
        self._service.parts.variables.replace(number, kind, pairs)
        shape = _shape(kind)
        described = [(pair[0], shape(pair)) for pair in pairs]
        return self._door.answer(whole_page(described, _word(kind)))

    def _get(self, request: Request, _body: bytes, kind: Kind) -> Response:
        name = request.path_params["name"]
        value = self._service.parts.variables.value(self._number(request), kind, name)
        return self._door.answer(_shape(kind)((name, value)))

    def _put(self, request: Request, body: bytes, kind: Kind) -> Response:
        number, name = self._number(request), request.path_params["name"]
        require_name(name, kind)
        given = read.json_object(body)
        variable = kind is Kind.VARIABLE
        value = variable_value(given) if variable else read.text(given, "content")
        self._service.parts.variables.put(number, kind, name, value)
        # As recorded: a single secret file answers 201, also when it was there before.
        return self._door.answer(_shape(kind)((name, value)), 200 if variable else 201)

    def _delete(self, request: Request, _body: bytes, kind: Kind) -> Response:
        name = request.path_params["name"]
        self._service.parts.variables.remove(self._number(request), kind, name)
        return Response(status_code=_NO_CONTENT)

    def _number(self, request: Request) -> int:
        return self._service.find(request.path_params["id"]).number


def _of_kind(
    handler: Callable[[Request, bytes, Kind], Response], kind: Kind
) -> Callable[[Request, bytes], Response]:
    return lambda request, body: handler(request, body, kind)


def _word(kind: Kind) -> str:
    return "envVar" if kind is Kind.VARIABLE else "secretFile"


def _shape(kind: Kind) -> Callable[[tuple[str, str]], dict[str, str]]:
    name, value = ("key", "value") if kind is Kind.VARIABLE else ("name", "content")
    return lambda pair: {name: pair[0], value: pair[1]}


def _asked(request: Request, service: Service) -> bool:
    settings = service.settings
    values = {
        "name": service.name,
        "type": settings.type,
        "env": settings.runtime,
        "region": settings.region,
        "suspended": "suspended" if service.suspended else "not_suspended",
        "ownerId": service.owner,
        "environmentId": "",  # no service of the sandbox is in an environment
    }
    filters = {name: listed(request, name) for name in values}
    if any(wanted and values[name] not in wanted for name, wanted in filters.items()):
        return False
    return within(request, {"created": service.created_at, "updated": service.updated_at})
