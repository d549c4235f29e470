"""What has to be true before a branch changes, as a ruleset."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from slipway.core.arguments import check_types
from slipway.errors import ConfigError, brief

_ADMIN_ROLE = 5  # GitHub's number of the role of a repository's administrators
_MOST_REVIEWS = 10
_MERGE_METHODS = ["merge", "squash", "rebase"]  # all that there are: GitHub's own value


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

    def are(self, shown: Mapping[str, Any]) -> bool:
        """Whether a ruleset, as GitHub shows it, says these rules and nothing that is stricter."""
        declared = self.arguments()
        names = declared["conditions"]["ref_name"]
        wanted = {
            "target": declared["target"],
            "enforcement": declared["enforcement"],
            "conditions": {"ref_name": {"include": names["includes"], "exclude": []}},
            "bypass_actors": declared["bypass_actors"],
        }
        rules = {kind: given if given is not True else {} for kind, given in _rules(declared)}
        found = {rule["type"]: rule.get("parameters") or {} for rule in shown.get("rules") or []}
        same = all(_says(shown.get(key), value) for key, value in wanted.items())
        return same and set(found) == set(rules) and _says(found, rules)


def _rules(declared: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The rules with GitHub's own names of what they are given."""
    for kind, given in declared["rules"].items():
        if kind == "required_status_checks":
            yield kind, {"required_status_checks": given["required_checks"], **_but_checks(given)}
        else:
            yield kind, given


def _but_checks(given: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in given.items() if key != "required_checks"}


def _says(shown: Any, wanted: Any) -> bool:  # noqa: ANN401 - any part of a ruleset
    """Whether all that is wanted is shown; what is shown beyond it is a default, which is none."""
    if isinstance(wanted, Mapping) and isinstance(shown, Mapping):
        more = (value for key, value in shown.items() if key not in wanted)
        known = all(key in shown and _says(shown[key], value) for key, value in wanted.items())
        return known and all(not value or value == _MERGE_METHODS for value in more)
    if isinstance(wanted, list) and isinstance(shown, list):
        return len(wanted) == len(shown) and all(map(_says, shown, wanted))
    return bool(shown == wanted)
