"""Environments of repositories, and the branches that may deploy to them."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.describe import node_id
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import REPOSITORY, Routes, Urls, answer, listed, nothing, urls
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.environments import BranchPolicy, Environment, Environments
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.protection import protection_rules, read_protection
from sandbox.github.settings.secret_store import SecretStore
from sandbox.github.settings.variable_store import VariableStore
from sandbox.http.handlers import at

_LONGEST_NAME = 255  # characters
_ONE = f"{REPOSITORY}/environments/{{environment}}"
_POLICIES = f"{_ONE}/deployment-branch-policies"


class EnvironmentRoutes(Routes):
    """Endpoints of environments and their branch policies."""

    def __init__(
        self,
        addressed: Addressed,
        environments: Environments,
        secrets: SecretStore,
        variables: VariableStore,
    ) -> None:
        self._addressed = addressed
        self._access = addressed.access
        self._environments = environments
        self._secrets = secrets
        self._variables = variables

    @at("GET", f"{REPOSITORY}/environments")
    def _list(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        environments = self._environments.list(repository.id)
        here = urls(request)
        return listed(
            request, environments, lambda each: self._shown(repository, each, here), "environments"
        )

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository, environment = self._addressed.readable_environment(request)
        return answer(request, self._shown(repository, environment, urls(request)))

    @at("PUT", _ONE)
    def _put(self, request: Request, body: Body) -> Response:
        """What is not sent goes back to its default."""
        repository, _ = self._access.administered(request)
        name = request.path_params["environment"]
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise UnprocessableError(f"Environment names have 1 to {_LONGEST_NAME} characters")
        protection = read_protection(body, self._access.accounts)
        environment = self._environments.put(repository.id, name, protection)
        return answer(request, self._shown(repository, environment, urls(request)))

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        """Takes its secrets and variables along."""
        repository, environment = self._addressed.environment(request)
        holder = Holder(repository.id, environment.id)
        self._secrets.forget(holder)
        self._variables.forget(holder)
        self._environments.delete(environment)
        return nothing()

    @at("GET", _POLICIES)
    def _policies(self, request: Request, _body: Body) -> Response:
        _, environment = self._addressed.readable_environment(request)
        policies = self._environments.policies(environment)
        return listed(request, policies, _policy, "branch_policies")

    @at("POST", _POLICIES)
    def _add_policy(self, request: Request, body: Body) -> Response:
        """303 if there is one like it."""
        _, environment = self._addressed.environment(request)
        if environment.protection.branches != "custom":
            raise NotFoundError
        name, kind = body.text("name"), body.choice("type", ("branch", "tag"), "branch")
        added = self._environments.add_policy(environment, name, kind)
        if added is not None:
            return answer(request, _policy(added))
        known = next(
            each
            for each in self._environments.policies(environment)
            if (each.name, each.type) == (name, kind)
        )
        return Response(status_code=303, headers={"Location": f"{request.url}/{known.id}"})

    @at("GET", f"{_POLICIES}/{{policy:int}}")
    def policy(self, request: Request, _body: Body) -> Response:
        """`GET …/deployment-branch-policies/{id}`."""
        _, environment = self._addressed.readable_environment(request)
        return answer(request, _policy(self._policy(request, environment)))

    @at("PUT", f"{_POLICIES}/{{policy:int}}")
    def _change_policy(self, request: Request, body: Body) -> Response:
        _, environment = self._addressed.environment(request)
        policy = self._policy(request, environment)
        return answer(request, _policy(self._environments.rename_policy(policy, body.text("name"))))

    @at("DELETE", f"{_POLICIES}/{{policy:int}}")
    def _delete_policy(self, request: Request, _body: Body) -> Response:
        _, environment = self._addressed.environment(request)
        self._environments.delete_policy(self._policy(request, environment))
        return nothing()

    def _policy(self, request: Request, environment: Environment) -> BranchPolicy:
        for each in self._environments.policies(environment):
            if each.id == request.path_params["policy"]:
                return each
        raise NotFoundError

    def _shown(self, repository: Repository, found: Environment, here: Urls) -> dict[str, Any]:
        name, branches = quote(found.name, safe=""), found.protection.branches
        return {
            "id": found.id,
            "node_id": node_id("Environment", found.id),
            "name": found.name,
            "url": f"{here.api}/repos/{repository.full_name}/environments/{name}",
            "html_url": f"{here.web}/{repository.full_name}/deployments/activity_log"
            f"?environments_filter={name}",
            "created_at": found.created_at,
            "updated_at": found.updated_at,
            "can_admins_bypass": found.protection.can_admins_bypass,
            "protection_rules": protection_rules(found, self._access.accounts, here),
            "deployment_branch_policy": None
            if branches is None
            else {
                "protected_branches": branches == "protected",
                "custom_branch_policies": branches == "custom",
            },
        }


def _policy(policy: BranchPolicy) -> dict[str, Any]:
    node = node_id("DeploymentBranchPolicy", policy.id)
    return {"id": policy.id, "node_id": node, "name": policy.name, "type": policy.type}
