"""Deployments, as callers tell of them, and their statuses."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.checks.deployment_service import DeploymentService
from sandbox.github.checks.deployments import STATES, Deployment, DeploymentStatus
from sandbox.github.checks.deployments_view import deployment_status_view, deployment_view
from sandbox.github.checks.statuses import Statuses
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import ConflictError, UnprocessableError, there
from sandbox.github.http.requests import REPOSITORY, Routes, Urls, answer, listed, nothing, urls
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_FILTERS = ("ref", "task", "environment")
_ONE = f"{REPOSITORY}/deployments/{{deployment:int}}"


class DeploymentRoutes(Routes):
    """Endpoints of deployments."""

    def __init__(self, access: Access, service: DeploymentService, statuses: Statuses) -> None:
        self._access = access
        self._service = service
        self._deployments = service.records
        self._statuses = statuses

    @at("GET", f"{REPOSITORY}/deployments")
    def _list(self, request: Request, _body: Body) -> Response:
        """Newest first."""
        repository = self._access.readable(request)
        asked = request.query_params
        found = [
            each
            for each in self._deployments.list(repository.id)
            if all(asked.get(key, each.fields[key]) == each.fields[key] for key in _FILTERS)
            and asked.get("sha", each.sha) == each.sha
        ]
        here = urls(request)
        return listed(request, found, lambda each: self._shown(repository, each, here))

    @at("POST", f"{REPOSITORY}/deployments")
    def _add(self, request: Request, body: Body) -> Response:
        """Refused while required statuses are missing."""
        repository, caller = self._access.writable(request)
        ref = body.text("ref")
        sha = repository.git.resolve(ref)
        if sha is None:
            raise UnprocessableError(f"No ref found for: {ref}")
        self._require_checks(repository, sha, body)
        environment = body.optional_text("environment") or "production"
        production = body.flag("production_environment", default=environment == "production")
        more = {
            "task": body.optional_text("task") or "deploy",
            "description": body.optional_text("description"),
            "payload": body.fields.get("payload") or {},
            "transient_environment": body.flag("transient_environment", default=False),
            "production_environment": production,
        }
        added = self._service.add(
            repository, sha, caller.login, ref=ref, environment=environment, more=more
        )
        return answer(request, self._shown(repository, added, urls(request)), 201)

    def _require_checks(self, repository: Repository, sha: str, body: Body) -> None:
        newest = {each.context: each.state for each in self._statuses.newest(repository.id, sha)}
        wanted = body.fields.get("required_contexts")
        contexts = list(newest) if wanted is None else body.sequence("required_contexts")
        bad = [context for context in contexts if newest.get(context) != "success"]
        if bad:
            error = {"contexts": [{"context": c, "state": newest.get(c)} for c in contexts]}
            details = {"resource": "Deployment", "field": "required_contexts", "code": "invalid"}
            message = f"Conflict: Commit status checks failed for {body.text('ref')}."
            raise ConflictError(message, [{**error, **details}])

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        return answer(
            request, self._shown(repository, self._found(request, repository), urls(request))
        )

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        """Only one that is not active."""
        repository, _ = self._access.writable(request)
        found = self._found(request, repository)
        statuses = self._deployments.statuses(found)
        alone = len(self._deployments.list(repository.id)) == 1
        if not alone and (not statuses or statuses[0].state != "inactive"):
            raise UnprocessableError(
                "We cannot delete an active deployment unless it is the only "
                "deployment in a given environment."
            )
        self._deployments.delete(found)
        return nothing()

    @at("GET", f"{_ONE}/statuses")
    def statuses(self, request: Request, _body: Body) -> Response:
        """`GET R/deployments/{id}/statuses`, newest first."""
        repository = self._access.readable(request)
        found = self._found(request, repository)
        here = urls(request)
        return listed(
            request,
            self._deployments.statuses(found),
            lambda each: self._status(repository, found, each, here),
        )

    @at("POST", f"{_ONE}/statuses")
    def _add_status(self, request: Request, body: Body) -> Response:
        """A success ends the former ones of its environment."""
        repository, caller = self._access.writable(request)
        found = self._found(request, repository)
        state = body.choice("state", STATES)
        fields = {
            "description": body.optional_text("description") or "",
            "environment": body.optional_text("environment") or found.fields["environment"],
            "target_url": body.optional_text("target_url") or "",
            "log_url": body.optional_text("log_url") or body.optional_text("target_url") or "",
            "environment_url": body.optional_text("environment_url") or "",
        }
        added = self._service.say(
            repository,
            found,
            state,
            caller.login,
            fields,
            ends_former=body.flag("auto_inactive", default=True),
        )
        return answer(request, self._status(repository, found, added, urls(request)), 201)

    def _found(self, request: Request, repository: Repository) -> Deployment:
        return there(self._deployments.find(repository.id, request.path_params["deployment"]))

    def _shown(self, repository: Repository, found: Deployment, here: Urls) -> dict[str, Any]:
        return deployment_view(repository, found, self._access.accounts, here)

    def _status(
        self, repository: Repository, of: Deployment, found: DeploymentStatus, here: Urls
    ) -> dict[str, Any]:
        return deployment_status_view(repository, of, found, self._access.accounts, here)
