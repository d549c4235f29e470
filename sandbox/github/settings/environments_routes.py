"""Environments of repositories, and the branches that may deploy to them."""

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.github.http.addressed import Addressed
from sandbox.github.http.body import Body
from sandbox.github.http.describe import node_id
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.github.http.requests import REPOSITORY, Urls, answer, nothing, page, route, urls
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.environments import BranchPolicy, Environment, Environments
from sandbox.github.settings.holders import Holder
from sandbox.github.settings.protection import protection_rules, read_protection
from sandbox.github.settings.secret_store import SecretStore
from sandbox.github.settings.variable_store import VariableStore

_LONGEST_NAME = 255  # characters


class EnvironmentRoutes:
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

    def routes(self) -> list[Route]:
        """The addresses served here."""
        one = f"{REPOSITORY}/environments/{{environment}}"
        policies = f"{one}/deployment-branch-policies"
        return [
            route("GET", f"{REPOSITORY}/environments", self.list),
            route("GET", one, self.get),
            route("PUT", one, self.put),
            route("DELETE", one, self.delete),
            route("GET", policies, self.policies),
            route("POST", policies, self.add_policy),
            route("GET", f"{policies}/{{policy:int}}", self.policy),
            route("PUT", f"{policies}/{{policy:int}}", self.change_policy),
            route("DELETE", f"{policies}/{{policy:int}}", self.delete_policy),
        ]

    def list(self, request: Request, _body: Body) -> Response:
        """`GET R/environments`."""
        repository = self._access.readable(request)
        environments = self._environments.list(repository.id)
        chosen, headers = page(request, environments)
        here = urls(request)
        shown = [self._shown(repository, each, here) for each in chosen]
        content = {"total_count": len(environments), "environments": shown}
        return answer(request, content, headers=headers)

    def get(self, request: Request, _body: Body) -> Response:
        """`GET R/environments/{name}`."""
        repository, environment = self._addressed.readable_environment(request)
        return answer(request, self._shown(repository, environment, urls(request)))

    def put(self, request: Request, body: Body) -> Response:
        """`PUT R/environments/{name}`: what is not sent goes back to its default."""
        repository, _ = self._access.administered(request)
        name = request.path_params["environment"]
        if not name.strip() or len(name) > _LONGEST_NAME:
            raise UnprocessableError(f"Environment names have 1 to {_LONGEST_NAME} characters")
        protection = read_protection(body, self._access.accounts)
        environment = self._environments.put(repository.id, name, protection)
        return answer(request, self._shown(repository, environment, urls(request)))

    def delete(self, request: Request, _body: Body) -> Response:
        """`DELETE R/environments/{name}`: takes its secrets and variables along."""
        repository, environment = self._addressed.environment(request)
        holder = Holder(repository.id, environment.id)
        self._secrets.forget(holder)
        self._variables.forget(holder)
        self._environments.delete(environment)
        return nothing()

    def policies(self, request: Request, _body: Body) -> Response:
        """`GET …/deployment-branch-policies`."""
        _, environment = self._addressed.readable_environment(request)
        policies = self._environments.policies(environment)
        chosen, headers = page(request, policies)
        content = {
            "total_count": len(policies),
            "branch_policies": [_policy(each) for each in chosen],
        }
        return answer(request, content, headers=headers)

    def add_policy(self, request: Request, body: Body) -> Response:
        """`POST …/deployment-branch-policies`; 303 if there is one like it."""
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

    def policy(self, request: Request, _body: Body) -> Response:
        """`GET …/deployment-branch-policies/{id}`."""
        _, environment = self._addressed.readable_environment(request)
        return answer(request, _policy(self._policy(request, environment)))

    def change_policy(self, request: Request, body: Body) -> Response:
        """`PUT …/deployment-branch-policies/{id}`."""
        _, environment = self._addressed.environment(request)
        policy = self._policy(request, environment)
        return answer(request, _policy(self._environments.rename_policy(policy, body.text("name"))))

    def delete_policy(self, request: Request, _body: Body) -> Response:
        """`DELETE …/deployment-branch-policies/{id}`."""
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
