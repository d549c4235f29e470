"""A deployment environment: who may deploy to it, from where, and what a job finds there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Input, Output

from slipway.core.arguments import check_types
from slipway.core.credentials import render_endpoint
from slipway.errors import ConfigError, brief
from slipway.github.names import check_environment
from slipway.render.service.hook import deploy_hook_url

DEPLOY_HOOK = "RENDER_DEPLOY_HOOK"  # the secret's name, as workflows read it
_MOST_REVIEWERS = 6
_LONGEST_WAIT = 43200  # minutes: 30 days


@dataclass(frozen=True, kw_only=True)
class DeployHook:
    """A Render service that a workflow deploys by calling its hook."""

    service_id: Input[str]
    key: Input[str]  # or the hook's whole address; see `slipway.render.service.hook`

    def address(self) -> Output[str]:
        """The hook's address, a secret."""

        def compose(pair: list[str]) -> str:
            return deploy_hook_url(render_endpoint(), pair[0], pair[1])

        return Output.secret(Output.all(self.service_id, self.key).apply(compose))


@dataclass(frozen=True, kw_only=True)
class EnvironmentArgs:
    """What a caller decides about an environment; everything else is as open as GitHub has it."""

    name: str  # any, such as "dev" or "a/b"
    branch: str = ""  # the only one that may deploy, or a pattern; empty: every branch
    reviewers: Sequence[int] = field(default_factory=list[int])
    """Numbers of users who may let a job go on (`gh api users/NAME --jq .id`)."""
    team_reviewers: Sequence[int] = field(default_factory=list[int])
    prevent_self_review: bool = False
    admins_bypass: bool = True
    wait_minutes: int = 0
    secrets: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    variables: Mapping[str, Input[str]] = field(default_factory=dict[str, Input[str]])
    deploy_hook: DeployHook | None = None  # as secret RENDER_DEPLOY_HOOK

    def __post_init__(self) -> None:
        check_types(f"Environment {brief(self.name)}", self)
        check_environment(self.name)
        count = len(self.reviewers) + len(self.team_reviewers)
        if count > _MOST_REVIEWERS:
            raise ConfigError(
                f"Environment {self.name}: {count} reviewers; GitHub takes {_MOST_REVIEWERS}. Name "
                "a team instead."
            )
        if not 0 <= self.wait_minutes <= _LONGEST_WAIT:
            raise ConfigError(
                f"Environment {self.name}: a wait of {self.wait_minutes} minutes; GitHub takes 0 "
                f"to {_LONGEST_WAIT}."
            )

    def all_secrets(self) -> dict[str, Input[str]]:
        """Every secret that lies in it, the deploy hook's address among them."""
        hook = {DEPLOY_HOOK: self.deploy_hook.address()} if self.deploy_hook else {}
        return {**self.secrets, **hook}

    def secret_names(self) -> list[str]:
        """Their names; one that comes twice is there twice."""
        return [*self.secrets, *([DEPLOY_HOOK] if self.deploy_hook else [])]

    def protection(self) -> dict[str, Any]:
        """For `RepositoryEnvironment`: only what was asked for, since plans and servers differ."""
        asked: dict[str, Any] = {}
        if self.reviewers or self.team_reviewers:
            people = {"users": list(self.reviewers), "teams": list(self.team_reviewers)}
            asked["reviewers"] = [{key: ids for key, ids in people.items() if ids}]
            asked["prevent_self_review"] = self.prevent_self_review
        if self.wait_minutes:
            asked["wait_timer"] = self.wait_minutes
        if not self.admins_bypass:
            asked["can_admins_bypass"] = False
        if self.branch:
            asked["deployment_branch_policy"] = {
                "protected_branches": False,
                "custom_branch_policies": True,
            }
        return asked
