"""A deployment environment: who may deploy to it, from where, and what a job finds there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pulumi import Input

from slipway.core.arguments import check_types
from slipway.errors import ConfigError, brief
from slipway.github.names import check_environment

_MOST_REVIEWERS = 6
_LONGEST_WAIT = 43200  # minutes: 30 days


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
