"""Rulesets of repositories."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.github.fine_grained import ADMINISTRATION
from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.accounts import Caller
from sandbox.github.http.body import Body
from sandbox.github.http.describe import node_id
from sandbox.github.http.errors import ForbiddenError, there
from sandbox.github.http.requests import REPOSITORY, Routes, Urls, answer, nothing, page, urls
from sandbox.github.repositories.registry import Repository
from sandbox.github.settings.rule_kinds import read_ruleset
from sandbox.github.settings.rulesets import Ruleset, Rulesets
from sandbox.http.handlers import at

_ONE = f"{REPOSITORY}/rulesets/{{ruleset:int}}"


class RulesetRoutes(Routes):
    """Endpoints of rulesets."""

    def __init__(self, access: Access, rulesets: Rulesets) -> None:
        self._access = access
        self._rulesets = rulesets

    @at("GET", f"{REPOSITORY}/rulesets")
    def _list(self, request: Request, _body: Body) -> Response:
        """Without conditions and rules, as on the platform."""
        repository, caller = self._readable(request)
        chosen, headers = page(request, self._rulesets.list(repository.id))
        here = urls(request)
        hidden = {"conditions", "rules", "bypass_actors", "current_user_can_bypass"}
        shown = [
            {
                k: v
                for k, v in self._shown(repository, each, caller, here).items()
                if k not in hidden
            }
            for each in chosen
        ]
        return answer(request, shown, headers=headers)

    @at("GET", _ONE)
    def _get(self, request: Request, _body: Body) -> Response:
        repository, caller = self._readable(request)
        found = self._found(request, repository)
        return answer(request, self._shown(repository, found, caller, urls(request)))

    @at("POST", f"{REPOSITORY}/rulesets")
    def _add(self, request: Request, body: Body) -> Response:
        repository, caller = self._administered(request)
        added = self._rulesets.add(repository.id, read_ruleset(body, None))
        return answer(request, self._shown(repository, added, caller, urls(request)), 201)

    @at("PUT", _ONE)
    def _change(self, request: Request, body: Body) -> Response:
        """What is not sent stays."""
        repository, caller = self._administered(request)
        found = self._found(request, repository)
        changed = self._rulesets.change(found, read_ruleset(body, found))
        return answer(request, self._shown(repository, changed, caller, urls(request)))

    @at("DELETE", _ONE)
    def _delete(self, request: Request, _body: Body) -> Response:
        repository, _ = self._administered(request)
        self._rulesets.delete(self._found(request, repository))
        return nothing()

    @at("GET", f"{REPOSITORY}/rules/branches/{{branch:path}}")
    def _of_branch(self, request: Request, _body: Body) -> Response:
        """The rules in force there."""
        repository, _ = self._readable(request)
        ref, default = (
            f"refs/heads/{request.path_params['branch']}",
            repository.git.default_branch(),
        )
        rules = [
            {
                **rule,
                "ruleset_source_type": "Repository",
                "ruleset_source": repository.full_name,
                "ruleset_id": each.id,
            }
            for each in self._rulesets.list(repository.id)
            if each.concerns(ref, default)
            for rule in each.rules
        ]
        chosen, headers = page(request, rules)
        return answer(request, chosen, headers=headers)

    def _readable(self, request: Request) -> tuple[Repository, Caller | None]:
        repository = self._access.readable(request)
        self._require_plan(repository)
        return repository, self._access.caller(request)

    def _administered(self, request: Request) -> tuple[Repository, Caller]:
        repository, caller = self._access.administered(request)
        self._require_plan(repository)
        return repository, caller

    def _require_plan(self, repository: Repository) -> None:
        if repository.private and not self._access.accounts.is_paid(repository.owner):
            raise ForbiddenError(
                "Upgrade to GitHub Pro or make this repository public to enable this feature."
            )

    def _found(self, request: Request, repository: Repository) -> Ruleset:
        return there(self._rulesets.find(repository.id, request.path_params["ruleset"]))

    def _shown(
        self, repository: Repository, found: Ruleset, caller: Caller | None, here: Urls
    ) -> dict[str, Any]:
        path = f"{repository.full_name}/rules/{found.id}"
        shown = {
            "id": found.id,
            "name": found.name,
            "target": found.target,
            "source_type": "Repository",
            "source": repository.full_name,
            "enforcement": found.enforcement,
            "node_id": node_id("RepositoryRuleset", found.id),
            "conditions": found.conditions,
            "rules": found.rules,
            "created_at": found.created_at,
            "updated_at": found.updated_at,
            "_links": {
                "self": {"href": f"{here.api}/repos/{repository.full_name}/rulesets/{found.id}"},
                "html": {"href": f"{here.web}/{path}"},
            },
        }
        if caller is None or right_to(caller, repository, ADMINISTRATION) < Right.ADMIN:
            return shown  # who may pass rules by is told to administrators alone
        mode = found.bypass(self._access.accounts.of(caller).id, admin=True)
        words = {None: "never", "pull_request": "pull_requests_only"}
        bypass = {"current_user_can_bypass": words.get(mode, mode)}
        return {**shown, "bypass_actors": found.bypass_actors, **bypass}
