"""Puts the sandbox's Render together as an ASGI application."""

import time

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from sandbox.http.errors import NotImitatedError, Refusal
from sandbox.http.limits import Clock, RateLimit
from sandbox.http.request_id import RequestId
from sandbox.http.unforeseen import Unforeseen
from sandbox.machine.contract import MachineUnavailableError
from sandbox.render.http.account_routes import AccountRoutes
from sandbox.render.http.deploys_routes import DeployRoutes
from sandbox.render.http.disks_routes import DiskRoutes
from sandbox.render.http.env_groups_routes import EnvGroupRoutes
from sandbox.render.http.errors import refused, render_error
from sandbox.render.http.known_addresses import methods_of
from sandbox.render.http.observe_routes import ObserveRoutes
from sandbox.render.http.postgres_routes import PostgresRoutes
from sandbox.render.http.projects_routes import ProjectRoutes
from sandbox.render.http.requests import Door, Nulls
from sandbox.render.http.services_routes import ServiceRoutes, VariableRoutes
from sandbox.render.http.wire import Limiter, Limits, RequestIds
from sandbox.render.services.service import RenderService

_API = "/v1"
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_render_app(
    service: RenderService,
    *,
    nulls: Nulls = "faithful",
    limits: Limits | None = None,
    clock: Clock = time.monotonic,
) -> Starlette:
    """Render's public API under `/v1`, and its deploy hooks under `/deploy`.

    Args:
        service: What it speaks for.
        nulls: How absent values are answered; `strict` is what Render's own Python SDK can read.
        limits: Requests a window; None for those of Render's documentation.
        clock: By which windows end.
    """
    door = Door(service.account, nulls)
    parts = (
        AccountRoutes(service, door),
        ServiceRoutes(service, door),
        VariableRoutes(service, door),
        DeployRoutes(service, door),
        ObserveRoutes(service, door),
        DiskRoutes(service, door),
        EnvGroupRoutes(service, door),
        ProjectRoutes(door),
        PostgresRoutes(service.postgres, service.account, door),
    )
    routes: list[BaseRoute] = [route for part in parts for route in part.routes()]
    routes.append(Route("/{path:path}", door.keyed(_elsewhere), methods=_METHODS))
    return Starlette(
        routes=routes,
        exception_handlers={Refusal: render_error, MachineUnavailableError: render_error},
        middleware=[
            Middleware(RequestId, header="Render-Request-Id", draw=RequestIds().draw),
            Middleware(RateLimit, count=Limiter(limits or Limits(), clock).count),
            Middleware(Unforeseen, answer=_failed),
        ],
    )


def _failed(scope: Scope) -> Response:
    return refused(scope, "internal server error", 500)


def _elsewhere(request: Request, _body: bytes) -> Response:
    """What is served nowhere: an address that Render has is not imitated, another is not there."""
    path = request.url.path
    is_api, methods = path.startswith(f"{_API}/"), methods_of(path.removeprefix(_API))
    if is_api and not methods:
        return refused(request.scope, f"not found: {path}", 404)
    if is_api and request.method not in methods:
        response = refused(request.scope, "method not allowed", 405)
        response.headers["Allow"] = ", ".join(sorted(methods))
        return response
    raise NotImitatedError(f"{request.method} {request.url.path}")
