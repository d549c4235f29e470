"""Puts the sandbox's Hub together.

The order matters to whoever builds it: the Spaces half reads repositories, so `Registry`, `Access`
and `SpaceReader` come first, then the Spaces half, then this application with the Spaces' routes.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from sandbox.git.service import GitService
from sandbox.hub import push_hook
from sandbox.hub.access import Access
from sandbox.hub.committer import Committer
from sandbox.hub.contract import SpaceHost
from sandbox.hub.errors import HubError, NotImitatedError, RepositoryNotFoundError, render_error
from sandbox.hub.info import Describer
from sandbox.hub.lifecycle import Lifecycle
from sandbox.hub.pages import page_routes
from sandbox.hub.rate_limit import PRO_QUOTAS, RateLimit
from sandbox.hub.registry import Registry
from sandbox.hub.routes_account import AccountRoutes
from sandbox.hub.routes_commit import CommitRoutes
from sandbox.hub.routes_content import ContentRoutes
from sandbox.hub.routes_download import DownloadRoutes
from sandbox.hub.routes_lfs import LfsRoutes
from sandbox.hub.routes_lifecycle import LifecycleRoutes
from sandbox.hub.routes_refs import RefRoutes
from sandbox.hub.smart_http import SmartHttpRoutes
from sandbox.request_id import RequestId

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_hub_app(
    registry: Registry,
    access: Access,
    data_folder: Path,
    space_host: SpaceHost,
    *,
    extra_routes: Sequence[BaseRoute] = (),
    quotas: Mapping[str, int] = PRO_QUOTAS,
) -> Starlette:
    """The Hub as an ASGI application.

    Args:
        registry: The repositories.
        access: Who may touch them.
        data_folder: Where git finds its hooks; the repositories lie where the registry puts them.
        space_host: The Spaces half, told of every change of a Space's repository.
        extra_routes: The Spaces half's own endpoints; asked before everything else.
        quotas: Requests in five minutes for the buckets api, resolvers and pages.
    """
    committer = Committer(registry, space_host)
    service = GitService(data_folder / "git-service", push_hook.__name__)
    parts = (
        AccountRoutes(access),
        LifecycleRoutes(access, Lifecycle(registry, access.accounts, space_host)),
        ContentRoutes(access, registry, Describer(space_host)),
        RefRoutes(access, registry),
        CommitRoutes(access, committer),
        LfsRoutes(access, registry),
        SmartHttpRoutes(access, committer, service),
        DownloadRoutes(access),
    )
    routes: list[BaseRoute] = [
        *extra_routes,
        *(route for part in parts for route in part.routes()),
        Route("/api/{plural:plural}/{name}", _not_found, methods=["GET"]),
        *page_routes(registry, access, space_host),
        Route("/{path:path}", _not_imitated, methods=_METHODS),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={HubError: render_error},
        middleware=[Middleware(RequestId), Middleware(RateLimit, quotas=quotas)],
    )


def _not_found(_request: Request) -> Response:
    """Names without a namespace belong to a few old models that the sandbox has none of."""
    raise RepositoryNotFoundError


def _not_imitated(request: Request) -> Response:
    raise NotImitatedError(f"{request.method} {request.url.path}")
