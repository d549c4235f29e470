"""What has to be true before a branch changes, as a ruleset."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from slipway.core.arguments import check_types
from slipway.errors import ConfigError, brief

_ADMIN_ROLE = 5  # GitHub's number of the role of a repository's administrators
_MOST_REVIEWS = 10


@dataclass(frozen=True, kw_only=True)
class BranchRules:
    """One branch. It can't be deleted, nor its history rewritten."""

    branch: str
    checks: Sequence[str] = field(default_factory=list[str])
    """Names of the jobs that must have passed, as the workflow's file has them."""
    reviews: int | None = None  # approvals of a pull request; None: it may be pushed to, as well
    admins_bypass: bool = True  # else nobody may pass a rule by, in a hurry either

    def __post_init__(self) -> None:
        check_types(f"Rules of branch {brief(self.branch)}", self)
        if not self.branch.strip() or self.branch.startswith(("refs/", "~")):
            raise ConfigError(
                f"Rules of branch {self.branch!r}: write the branch's name, such as 'main'."
            )
        if self.reviews is not None and not 0 <= self.reviews <= _MOST_REVIEWS:
            raise ConfigError(
                f"Rules of branch {self.branch}: {self.reviews} reviews; GitHub allows 0 to "
                f"{_MOST_REVIEWS}."
            )
        if any(not check.strip() for check in self.checks):
            raise ConfigError(f"Rules of branch {self.branch}: the name of a check is empty.")

    @property
    def name(self) -> str:
        """Of the ruleset."""
        return f"Slipway: {self.branch}"

    def arguments(self) -> dict[str, Any]:
        """For `RepositoryRuleset`."""
        rules: dict[str, Any] = {"deletion": True, "non_fast_forward": True}
        if self.reviews is not None:
            rules["pull_request"] = {"required_approving_review_count": self.reviews}
        if self.checks:
            rules["required_status_checks"] = {
                "required_checks": [{"context": each} for each in self.checks],
                # A branch is made by pushing a commit that no check can have seen there.
                "do_not_enforce_on_create": True,
            }
        bypass = {
            "actor_id": _ADMIN_ROLE,
            "actor_type": "RepositoryRole",
            "bypass_mode": "always",
        }
        return {
            "name": self.name,
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"includes": [f"refs/heads/{self.branch}"], "excludes": []}},
            "bypass_actors": [bypass] if self.admins_bypass else [],
            "rules": rules,
        }
