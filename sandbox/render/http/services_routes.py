"""`/v1/services`: services, their variables, secret files and what is done to them."""

from starlette.requests import Request
from starlette.responses import Response

from sandbox.http.handlers import at
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
from sandbox.render.http.requests import Door, Routes, fits, page, whole_page
from sandbox.render.services.records import Service
from sandbox.render.services.service import RenderService

_SERVICE = "/v1/services/{id}"
_LISTS = [f"{_SERVICE}/{part}" for part in PARTS]
_VALUES = [f"{each}/{{name}}" for each in _LISTS]
_WORDS = {Kind.VARIABLE: "envVar", Kind.FILE: "secretFile"}
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


class VariableRoutes(Routes):
    """The two lists of a service: `env-vars` and `secret-files`."""

    def __init__(self, service: RenderService, door: Door) -> None:
        self._service = service
        self._variables = service.parts.variables
        self._door = door

    @at("GET", *_LISTS)
    def _listing(self, request: Request, _body: bytes) -> Response:
        number, kind = self._list_of(request)
        pairs = self._variables.all(number, kind)
        return self._door.answer(
            page(
                request,
                pairs,
                lambda pair: pair[0],
                lambda pair: described(kind, *pair),
                _WORDS[kind],
            )
        )

    @at("PUT", *_LISTS)
    def _replace(self, request: Request, body: bytes) -> Response:
        number, kind = self._list_of(request)
        given = read.json_value(body)
        pairs = read_variables(given) if kind is Kind.VARIABLE else read_files(given)
        self._variables.replace(number, kind, pairs)
        shown = [(name, described(kind, name, value)) for name, value in pairs]
        return self._door.answer(whole_page(shown, _WORDS[kind]))

    @at("GET", *_VALUES)
    def _get(self, request: Request, _body: bytes) -> Response:
        number, kind = self._list_of(request)
        name = request.path_params["name"]
        value = self._variables.value(number, kind, name)
        return self._door.answer(described(kind, name, value))

    @at("PUT", *_VALUES)
    def _put(self, request: Request, body: bytes) -> Response:
        """As recorded: a single secret file answers 201, also when it was there before."""
        number, kind = self._list_of(request)
        name = request.path_params["name"]
        value = read_value(kind, name, read.json_object(body))
        self._variables.put(number, kind, name, value)
        return self._door.answer(
            described(kind, name, value), 200 if kind is Kind.VARIABLE else 201
        )

    @at("DELETE", *_VALUES)
    def _delete(self, request: Request, _body: bytes) -> Response:
        number, kind = self._list_of(request)
        self._variables.remove(number, kind, request.path_params["name"])
        return Response(status_code=_NO_CONTENT)

    def _list_of(self, request: Request) -> tuple[int, Kind]:
        """Of which service, and which of its two."""
        return self._service.find(request.path_params["id"]).number, kind_of(request.url.path)


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
    return fits(request, values, service.created_at, service.updated_at)
