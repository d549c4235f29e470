"""What protects environments: as callers send it, and as the API shows it."""

from collections.abc import Sequence
from typing import Any

from sandbox.github.http.accounts import Accounts
from sandbox.github.http.body import Body
from sandbox.github.http.describe import node_id, simple_user
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.http.requests import Urls
from sandbox.github.settings.environments import Environment, Protection

_LONGEST_WAIT = 43200  # minutes: 30 days
_MOST_REVIEWERS = 6
_KEYS = {
    "wait_timer",
    "prevent_self_review",
    "reviewers",
    "deployment_branch_policy",
    "can_admins_bypass",  # sent by the official provider, known to no published description
}
_KINDS_OF_BRANCHES = {(True, False): "protected", (False, True): "custom"}


def read_protection(body: Body, accounts: Accounts) -> Protection:
    """The protection a caller asks for; raises UnprocessableError for one that cannot be."""
    body.permit(_KEYS)
    wait = body.number("wait_timer", 0)
    if not 0 <= wait <= _LONGEST_WAIT:
        raise UnprocessableError(
            f"wait_timer is {wait} minutes; it must be between 0 and {_LONGEST_WAIT} (30 days)"
        )
    policy = body.mapping("deployment_branch_policy")
    branches = None
    if policy is not None:
        settings = Body(policy)
        settings.require("protected_branches", "custom_branch_policies")
        chosen = (
            settings.flag("protected_branches", default=False),
            settings.flag("custom_branch_policies", default=False),
        )
        branches = _KINDS_OF_BRANCHES.get(chosen)
        if branches is None:
            raise UnprocessableError(
                "protected_branches and custom_branch_policies cannot have the same value"
            )
    return Protection(
        wait_timer=wait,
        prevent_self_review=body.flag("prevent_self_review", default=False),
        reviewers=_reviewers(body.sequence("reviewers"), accounts),
        branches=branches,
        can_admins_bypass=body.flag("can_admins_bypass", default=True),
    )


def _reviewers(wanted: Sequence[Any], accounts: Accounts) -> list[dict[str, Any]]:
    if len(wanted) > _MOST_REVIEWERS:
        raise UnprocessableError(f"An environment may have up to {_MOST_REVIEWERS} reviewers")
    reviewers = []
    for each in wanted:
        one = Body(each if isinstance(each, dict) else {})
        kind, number = one.choice("type", ("User", "Team")), one.number("id", 0)
        # There are no teams in the sandbox, so that none can be found.
        if kind == "Team" or accounts.with_id(number) is None:
            raise UnprocessableError(f"No {kind.lower()} with the id {number} can review here")
        reviewers.append({"type": kind, "id": number})
    return reviewers


def protection_rules(found: Environment, accounts: Accounts, here: Urls) -> list[dict[str, Any]]:
    """The rules in force for an environment."""
    protection = found.protection

    def rule(place: int, kind: str, **more: object) -> dict[str, Any]:
        number = found.id * 10 + place
        return {"id": number, "node_id": node_id("Gate", number), "type": kind, **more}

    rules = []
    if protection.wait_timer:
        rules.append(rule(0, "wait_timer", wait_timer=protection.wait_timer))
    if protection.reviewers or protection.prevent_self_review:
        known = [(each["type"], accounts.with_id(each["id"])) for each in protection.reviewers]
        reviewers = [
            {"type": kind, "reviewer": simple_user(account, here)}
            for kind, account in known
            if account is not None
        ]
        review = {"prevent_self_review": protection.prevent_self_review, "reviewers": reviewers}
        rules.append(rule(1, "required_reviewers", **review))
    if protection.branches is not None:
        rules.append(rule(2, "branch_policy"))
    return rules
