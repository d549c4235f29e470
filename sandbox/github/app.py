"""Puts the sandbox's GitHub together: its own endpoints and those of the runs half."""

import time

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from sandbox.github.checks.deployments_routes import DeploymentRoutes
from sandbox.github.checks.statuses_routes import StatusRoutes
from sandbox.github.contract import RunHost
from sandbox.github.graphql.routes import GraphQLRoutes
from sandbox.github.hooks.routes import HookRoutes
from sandbox.github.http.access import Access
from sandbox.github.http.account_routes import AccountRoutes
from sandbox.github.http.addressed import Addressed
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.pages import PageRoutes
from sandbox.github.http.rate_limit import Limiter, Limits
from sandbox.github.http.requests import unquote_parameters
from sandbox.github.http.smart_http import GitRoutes
from sandbox.github.http.wire import (
    API_WORDS,
    Wire,
    is_api,
    render_error,
    request_id_of,
    response_of,
)
from sandbox.github.issues.comments_routes import CommentRoutes
from sandbox.github.issues.labels_routes import LabelRoutes
from sandbox.github.issues.routes import IssueRoutes
from sandbox.github.known_addresses import is_known
from sandbox.github.pulls.api.comments_routes import ReviewCommentRoutes
from sandbox.github.pulls.api.merge_routes import MergeRoutes
from sandbox.github.pulls.api.pages import PullPages
from sandbox.github.pulls.api.reviews_routes import ReviewRoutes
from sandbox.github.pulls.api.routes import PullRoutes
from sandbox.github.releases.archives_routes import ArchiveRoutes
from sandbox.github.releases.assets_routes import AssetRoutes
from sandbox.github.releases.routes import ReleaseRoutes
from sandbox.github.repositories.commit_writer import Writer
from sandbox.github.repositories.commits_routes import CommitRoutes
from sandbox.github.repositories.compare_routes import CompareRoutes
from sandbox.github.repositories.contents_routes import ContentRoutes
from sandbox.github.repositories.forks_routes import ForkRoutes
from sandbox.github.repositories.refs_routes import ReferenceRoutes
from sandbox.github.repositories.repositories_routes import RepositoryRoutes
from sandbox.github.runs.api.dispatches_routes import DispatchRoutes
from sandbox.github.service import GitHubService
from sandbox.github.settings.environments_routes import EnvironmentRoutes
from sandbox.github.settings.rulesets_routes import RulesetRoutes
from sandbox.github.settings.secrets_routes import SecretRoutes
from sandbox.github.settings.variables_routes import VariableRoutes
from sandbox.http.errors import NotImitatedError, Refusal
from sandbox.http.limits import Clock, RateLimit
from sandbox.http.request_id import RequestId
from sandbox.http.unforeseen import Unforeseen

_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def create_github_app(
    service: GitHubService,
    run_host: RunHost,
    *,
    limits: Limits | None = None,
    clock: Clock = time.time,
) -> Starlette:
    """GitHub as an ASGI application; wrap it with `AddressesAsSent` where it is served.

    Args:
        service: the repositories half.
        run_host: the runs half, whose endpoints are asked before the others.
        limits: how much a caller may ask; None for what the platform allows.
        clock: by which windows end, in seconds since 1970.
    """
    access = Access(service.accounts, service.registry)
    addressed = Addressed(access, service.environments)
    writer = Writer(service.registry, service.accounts, service.movements)
    secrets, variables = service.secret_store, service.variable_store
    parts = (
        AccountRoutes(access, service.registry),
        RepositoryRoutes(access, service, writer),
        SecretRoutes(addressed, secrets),
        VariableRoutes(addressed, variables),
        EnvironmentRoutes(addressed, service.environments, secrets, variables),
        RulesetRoutes(access, service.rulesets),
        IssueRoutes(access, service.issues),
        CommentRoutes(access, service.issues),
        LabelRoutes(access, service.issues),
        PullRoutes(access, service.pulls),
        MergeRoutes(access, service.pulls),
        ReviewRoutes(access, service.pulls),
        ReviewCommentRoutes(access, service.pulls),
        ReleaseRoutes(access, service.releases),
        AssetRoutes(access, service.releases),
        ArchiveRoutes(access, service.registry),
        CompareRoutes(access),
        ForkRoutes(access, service.registry, service.events),
        HookRoutes(access, service.webhooks),
        ContentRoutes(access, writer),
        StatusRoutes(access, service.statuses, service.events),
        CommitRoutes(access, service.rulesets),
        ReferenceRoutes(access, service.movements),
        DispatchRoutes(access, run_host),
        GraphQLRoutes(access, service, run_host),
        DeploymentRoutes(access, service.deployments, service.statuses),
        GitRoutes(
            access, service.registry, service.movements, service.folder, service.database.path
        ),
    )
    limiter = Limiter(limits or Limits(), clock)
    routes: list[BaseRoute] = [
        *run_host.routes(),
        *(route for part in parts for route in part.routes()),
        Route("/rate_limit", limiter.overview),
        Route("/", _root),
        # The API's own addresses end here: the pages of people have a host of their own there.
        *(Route(f"/{word}/{{path:path}}", _elsewhere, methods=_METHODS) for word in API_WORDS),
        *PullPages(access, service.pulls, service.statuses).routes(),
        *PageRoutes(access, service).routes(),
        Route("/{path:path}", _elsewhere, methods=_METHODS),
    ]
    unquote_parameters(routes)
    return Starlette(
        routes=routes,
        exception_handlers={Refusal: render_error},
        middleware=[
            Middleware(RequestId, header="X-GitHub-Request-Id", draw=request_id_of),
            Middleware(Wire, accounts=service.accounts),
            Middleware(RateLimit, count=limiter.count),
            Middleware(Unforeseen, answer=_failed),
        ],
    )


def _root(request: Request) -> Response:
    here = str(request.base_url).rstrip("/")
    addresses = {
        "current_user_url": f"{here}/user",
        "rate_limit_url": f"{here}/rate_limit",
        "repository_url": f"{here}/repos/{{owner}}/{{repo}}",
        "user_url": f"{here}/users/{{user}}",
    }
    return JSONResponse(addresses)


def _failed(_scope: Scope) -> Response:
    return response_of(Refusal("Server Error"))


def _elsewhere(request: Request) -> Response:
    path = request.scope["path"]
    if is_api(path) and not is_known(path):
        raise NotFoundError
    raise NotImitatedError(f"{request.method} {request.url.path}")
