"""The HTTP surface of Spaces: `/api/spaces/…` (contract: huggingface_hub 2.4.0, section Spaces)."""

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.http.bodies import with_body
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import Handlers, at
from sandbox.http.numbers import number
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.http.requests import allow_keys, is_true, json_object
from sandbox.hub.spaces.hardware import FLAVORS
from sandbox.hub.spaces.log_stream import log_stream
from sandbox.hub.spaces.running.logs import LogKind
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.settings import Kind

_SPACE = "/api/spaces/{namespace}/{name}"
# What the Hub can do with Spaces and the sandbox cannot: method, last part of the address, name.
_NOT_IMITATED = (
    ("POST", "/dev-mode", "dev mode"),
    ("PUT", "/volumes", "volumes"),
    ("DELETE", "/volumes", "volumes"),
    ("POST", "/replicas", "replicas"),
    ("GET", "/events", "Space events"),
    ("GET", "/metrics", "Space metrics"),
)


def space_routes(service: SpaceService, access: Access) -> list[Route]:
    """The addresses of Spaces; to stand before those that take any repository."""
    return SpaceRoutes(service, access).routes()


class SpaceRoutes(Handlers):
    """Endpoints about one Space, and the lists that concern all."""

    def __init__(self, service: SpaceService, access: Access) -> None:
        self._service = service
        self._access = access

    def routes(self) -> list[Route]:
        """The addresses served here, those of variables and secrets among them."""
        routes = super().routes()
        for kind in Kind:
            address = f"{_SPACE}/{kind}s"
            routes += [
                Route(address, self._lister(kind)),
                Route(address, with_body(self._putter(kind)), methods=["POST"]),
                Route(address, with_body(self._remover(kind)), methods=["DELETE"]),
            ]
        for method, last, what in _NOT_IMITATED:
            routes.append(Route(f"{_SPACE}{last}", self._refuser(what), methods=[method]))
        return routes

    @staticmethod
    @at("GET", "/api/spaces/hardware")
    def _hardware_list(_request: Request) -> Response:
        return JSONResponse([flavor.description() for flavor in FLAVORS.values()])

    @staticmethod
    @at("GET", "/api/spaces/templates")
    def _templates(_request: Request) -> Response:
        """This Hub holds none."""
        return JSONResponse({"templates": []})

    @at("GET", f"{_SPACE}/runtime")
    def _runtime(self, request: Request) -> Response:
        repo_id = self._space(request, write=False)
        return JSONResponse(self._service.runtime(repo_id))

    @at("POST", f"{_SPACE}/hardware")
    def _set_hardware(self, request: Request, body: bytes) -> Response:
        """`POST …/hardware {flavor, sleepTimeSeconds?}`."""
        repo_id = self._space(request, write=True)
        parsed = _body(body, "flavor", "sleepTimeSeconds")
        sleep = parsed.get("sleepTimeSeconds")
        return JSONResponse(
            self._service.set_hardware(
                repo_id,
                _text(parsed, "flavor"),
                sleep_seconds=None if sleep is None else _number(parsed, "sleepTimeSeconds"),
            )
        )

    @at("POST", f"{_SPACE}/sleeptime")
    def _set_sleep_time(self, request: Request, body: bytes) -> Response:
        """`POST …/sleeptime {seconds}`."""
        repo_id = self._space(request, write=True)
        seconds = _number(_body(body, "seconds"), "seconds")
        return JSONResponse(self._service.set_sleep_time(repo_id, seconds))

    @at("POST", f"{_SPACE}/pause")
    def _pause(self, request: Request) -> Response:
        return JSONResponse(self._service.pause(self._space(request, write=True)))

    @at("POST", f"{_SPACE}/restart")
    def _restart(self, request: Request) -> Response:
        """`POST …/restart[?factory=true]`."""
        repo_id = self._space(request, write=True)
        return JSONResponse(self._service.restart(repo_id, factory=is_true(request, "factory")))

    @at("GET", f"{_SPACE}/logs/{{kind}}")
    async def _logs(self, request: Request) -> Response:
        """`GET …/logs/{build|run}[?tail=N]`: server-sent events; for those who may write."""
        repo_id = await run_in_threadpool(self._space, request, write=True)
        try:
            kind = LogKind(request.path_params["kind"])
        except ValueError:
            raise BadRequestError('The log is one of "build" and "run"') from None
        asked = request.query_params.get("tail")
        tail = None if asked is None else number(asked)
        if asked is not None and tail is None:
            raise BadRequestError('"tail" must be a number of lines')
        return await log_stream(self._service, repo_id, kind, tail)

    def _lister(self, kind: Kind) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            # The names of secrets are the writers' business; variables are public.
            repo_id = self._space(request, write=kind is Kind.SECRET)
            return JSONResponse(self._service.listing(repo_id, kind))

        return endpoint

    def _putter(self, kind: Kind) -> Callable[[Request, bytes], Response]:
        def endpoint(request: Request, body: bytes) -> Response:
            repo_id = self._space(request, write=True)
            self._service.put(repo_id, kind, _body(body, "key", "value", "description"))
            return self._after_change(repo_id, kind)

        return endpoint

    def _remover(self, kind: Kind) -> Callable[[Request, bytes], Response]:
        def endpoint(request: Request, body: bytes) -> Response:
            repo_id = self._space(request, write=True)
            self._service.remove(repo_id, kind, _text(_body(body, "key"), "key"))
            return self._after_change(repo_id, kind)

        return endpoint

    def _after_change(self, repo_id: str, kind: Kind) -> Response:
        # As recorded from the Hub: {} for secrets, all variables for variables.
        secret = kind is Kind.SECRET
        return JSONResponse({} if secret else self._service.listing(repo_id, kind))

    def _refuser(self, what: str) -> Callable[[Request], Response]:
        def endpoint(request: Request) -> Response:
            self._space(request, write=request.method != "GET")
            raise NotImitatedError(what)

        return endpoint

    def _space(self, request: Request, *, write: bool) -> str:
        parameters = request.path_params
        repo_id = f"{parameters['namespace']}/{parameters['name']}"
        return self._access.require(request, repo_id, write=write).id


def _body(content: bytes, *known: str) -> dict[str, Any]:
    parsed = json_object(content)
    allow_keys(parsed, set(known))
    return parsed


def _text(body: dict[str, Any], key: str) -> str:
    value = body.get(key)
    if not isinstance(value, str):
        raise BadRequestError(f'"{key}" must be a string')
    return value


def _number(body: dict[str, Any], key: str) -> int:
    value = body.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise BadRequestError(f'"{key}" must be a number')
    return value
