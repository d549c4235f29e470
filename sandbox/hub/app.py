"""Puts the sandbox's Hub together.

The order matters to whoever builds it: the Spaces half reads repositories, so `Registry`, `Access`
and `SpaceReader` come first, then the Spaces half, then this application with the Spaces' routes.
"""

import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from sandbox.git.smart_http import GitService
from sandbox.http.errors import NotImitatedError, Refusal
from sandbox.http.limits import Clock, RateLimit
from sandbox.http.request_id import RequestId
from sandbox.http.unforeseen import Unforeseen
from sandbox.hub.contract import SpaceHost
from sandbox.hub.http.access import Access
from sandbox.hub.http.account_routes import AccountRoutes
from sandbox.hub.http.commit_routes import CommitRoutes
from sandbox.hub.http.content_routes import ContentRoutes
from sandbox.hub.http.download_routes import DownloadRoutes
from sandbox.hub.http.errors import RepositoryNotFoundError
from sandbox.hub.http.lfs_routes import LfsRoutes
from sandbox.hub.http.lifecycle_routes import LifecycleRoutes
from sandbox.hub.http.pages import page_routes
from sandbox.hub.http.rate_limit import PRO_QUOTAS, Quotas
from sandbox.hub.http.refs_routes import RefRoutes
from sandbox.hub.http.refusals import render_error, response_of
from sandbox.hub.http.smart_http import SmartHttpRoutes
from sandbox.hub.repositories import push_hook
from sandbox.hub.repositories.committer import Committer
from sandbox.hub.repositories.info import Describer
from sandbox.hub.repositories.lifecycle import Lifecycle
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.webhooks.routes import WebhookRoutes
from sandbox.hub.webhooks.service import Webhooks
from sandbox.machine.contract import MachineUnavailableError
from sandbox.webhooks.targets import LOOPBACK, Targets

_ASKED = ["GET", "POST", "DELETE"]  # of what lies below a repository
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_hub_app(
    registry: Registry,
    access: Access,
    data_folder: Path,
    space_host: SpaceHost,
    *,
    webhooks: Webhooks | None = None,
    extra_routes: Sequence[BaseRoute] = (),
    quotas: Mapping[str, int] = PRO_QUOTAS,
    clock: Clock = time.monotonic,
) -> Starlette:
    """The Hub as an ASGI application.

    Args:
        registry: The repositories.
        access: Who may touch them.
        data_folder: Where git finds its hooks; the repositories lie where the registry puts them.
        space_host: The Spaces half, told of every change of a Space's repository.
        webhooks: Told of what happens to repositories, and started and stopped by who made them;
            None for those that are never sent.
        extra_routes: The Spaces half's own endpoints; asked before everything else.
        quotas: Requests in five minutes for the buckets api, resolvers and pages.
        clock: By which windows end, in seconds.
    """
    webhooks = webhooks or Webhooks(registry, access.accounts, "", Targets(LOOPBACK, set))
    committer = Committer(registry, space_host, webhooks)
    service = GitService(data_folder / "git-service", push_hook.__name__)
    parts = (
        AccountRoutes(access),
        LifecycleRoutes(access, Lifecycle(registry, access.accounts, space_host, webhooks)),
        WebhookRoutes(access, webhooks),
        ContentRoutes(access, registry, Describer(space_host)),
        RefRoutes(access, committer),
        CommitRoutes(access, committer),
        LfsRoutes(access, registry),
        SmartHttpRoutes(access, committer, service),
        DownloadRoutes(access),
    )
    routes: list[BaseRoute] = [
        *extra_routes,
        *(route for part in parts for route in part.routes()),
        Route("/api/spaces/semantic-search", _not_imitated),
        Route("/api/{plural:plural}/{name}", _not_found, methods=["GET"]),
        Route("/api/{plural:plural}/{name}/{word:word}/{rest:path}", _not_found, methods=_ASKED),
        Route("/{prefix:prefix}{name}/{word:word}/{rest:path}", _not_found),
        *page_routes(registry, access, space_host),
        Route("/{path:path}", _not_imitated, methods=_METHODS),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={Refusal: render_error, MachineUnavailableError: render_error},
        middleware=[
            Middleware(RequestId, header="X-Request-Id", draw=request_id_of),
            Middleware(RateLimit, count=Quotas(quotas, clock).count),
            Middleware(Unforeseen, answer=_failed),
        ],
    )


def request_id_of(headers: Headers) -> str:
    """The caller's own id, or a new one that holds the trace it speaks of."""
    own = headers.get("x-request-id")
    trace = headers.get("x-amzn-trace-id")
    return own or ";".join(filter(None, (f"Root=1-{uuid.uuid4().hex}", trace)))


def _failed(_scope: Scope) -> Response:
    return response_of(Refusal("Internal Error - We're working hard to fix this"))


def _not_found(_request: Request) -> Response:
    """Names without a namespace belong to a few old models that the sandbox has none of."""
    raise RepositoryNotFoundError


def _not_imitated(request: Request) -> Response:
    raise NotImitatedError(f"{request.method} {request.url.path}")
