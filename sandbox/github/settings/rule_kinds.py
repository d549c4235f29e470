"""Which rules a ruleset may have, and what their parameters must be.

A rule that the sandbox cannot hold up is refused while its ruleset is in force: a rule that is
accepted and never applied would let a test pass that the platform fails.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.github.http.body import Body
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.settings.rulesets import Ruleset, Wanted
from sandbox.http.errors import NotImitatedError

_TARGETS = ("branch", "tag", "push")
_ENFORCEMENTS = ("disabled", "active", "evaluate")
_ACTORS = ("Integration", "OrganizationAdmin", "RepositoryRole", "Team", "DeployKey", "User")
_BYPASS_MODES = ("always", "pull_request", "exempt")
_MOST_REVIEWS = 10


def read_ruleset(body: Body, known: Ruleset | None) -> Wanted:
    """The ruleset a caller asks for; what is not said stays as it is known.

    Raises:
        UnprocessableError: a field breaks the platform's rules.
        NotImitatedError: a rule in force that the sandbox would not hold up.
    """
    if known is None:
        body.require("name", "enforcement")
    name = body.text("name") if "name" in body or known is None else known.name
    if not name.strip():
        raise UnprocessableError("Validation Failed", "Name can't be blank")
    wanted = Wanted(
        name=name,
        target=body.choice("target", _TARGETS, known.target if known else "branch"),
        enforcement=body.choice("enforcement", _ENFORCEMENTS, known.enforcement if known else None),
        bypass_actors=[_actor(each) for each in body.sequence("bypass_actors")]
        if "bypass_actors" in body or known is None
        else known.bypass_actors,
        conditions=_conditions(body.mapping("conditions"))
        if "conditions" in body or known is None
        else known.conditions,
        rules=[_rule(each) for each in body.sequence("rules")]
        if "rules" in body or known is None
        else known.rules,
    )
    if wanted.target != "push" and not wanted.conditions:
        wanted = _with_no_references(wanted)
    if wanted.enforcement == "active":
        for rule in wanted.rules:
            if rule["type"] not in ENFORCED:
                raise NotImitatedError(f"the rule {rule['type']} in an active ruleset")
    return wanted


def _with_no_references(wanted: Wanted) -> Wanted:
    fields = {**vars(wanted), "conditions": {"ref_name": {"include": [], "exclude": []}}}
    return Wanted(**fields)


def _conditions(sent: Mapping[str, Any] | None) -> dict[str, Any]:
    if not sent:
        return {}
    unknown = set(sent) - {"ref_name"}
    if unknown:
        raise UnprocessableError("Validation Failed", f"Invalid condition '{min(unknown)}'")
    names = Body(sent).mapping("ref_name") or {}
    patterns = {key: Body(names).sequence(key) for key in ("include", "exclude")}
    for pattern in (*patterns["include"], *patterns["exclude"]):
        if not isinstance(pattern, str) or not pattern.startswith(("refs/", "~")):
            raise UnprocessableError(
                "Validation Failed",
                f"Invalid target pattern {pattern!r}: it is ~ALL, ~DEFAULT_BRANCH or begins with "
                "refs/heads/ or refs/tags/",
            )
    return {"ref_name": patterns}


def _actor(sent: object) -> dict[str, Any]:
    body = Body(sent if isinstance(sent, dict) else {})
    return {
        "actor_id": body.fields.get("actor_id"),
        "actor_type": body.choice("actor_type", _ACTORS),
        "bypass_mode": body.choice("bypass_mode", _BYPASS_MODES, "always"),
    }


def _rule(sent: object) -> dict[str, Any]:
    kind = str(sent.get("type")) if isinstance(sent, dict) else ""
    if not isinstance(sent, dict) or kind not in _KINDS:
        raise UnprocessableError("Validation Failed", f"Invalid rule '{kind}'")
    read = _KINDS[kind]
    parameters = sent.get("parameters") or {}
    if read is None:
        return {"type": kind}
    if not isinstance(parameters, dict):
        raise UnprocessableError("Validation Failed", f"Invalid rule '{kind}': bad parameters")
    return {"type": kind, "parameters": read(Body(parameters))}


def _as_sent(body: Body) -> dict[str, Any]:
    return dict(body.fields)


def _update(body: Body) -> dict[str, Any]:
    key = "update_allows_fetch_and_merge"
    return {key: body.flag(key, default=False)}


def _status_checks(body: Body) -> dict[str, Any]:
    body.require("required_status_checks", "strict_required_status_checks_policy")
    checks = []
    for each in body.sequence("required_status_checks"):
        check = Body(each if isinstance(each, dict) else {})
        app = check.fields.get("integration_id")
        checks.append(
            {"context": check.text("context"), **({} if app is None else {"integration_id": app})}
        )
    strict, on_create = "strict_required_status_checks_policy", "do_not_enforce_on_create"
    return {
        strict: body.flag(strict, default=False),
        on_create: body.flag(on_create, default=False),
        "required_status_checks": checks,
    }


def _pull_request(body: Body) -> dict[str, Any]:
    flags = (
        "dismiss_stale_reviews_on_push",
        "require_code_owner_review",
        "require_last_push_approval",
        "required_review_thread_resolution",
    )
    count = "required_approving_review_count"
    body.require(*flags, count)
    reviews = body.number(count, 0)
    if not 0 <= reviews <= _MOST_REVIEWS:
        raise UnprocessableError("Validation Failed", f"{count} must be 0 to {_MOST_REVIEWS}")
    methods = "allowed_merge_methods"
    return {
        **{flag: body.flag(flag, default=False) for flag in flags},
        count: reviews,
        "required_reviewers": body.sequence("required_reviewers"),
        methods: body.sequence(methods) or ["merge", "squash", "rebase"],
    }


_Reader = Callable[[Body], dict[str, Any]]
ENFORCED: Mapping[str, _Reader | None] = {
    "creation": None,
    "update": _update,
    "deletion": None,
    "required_linear_history": None,
    "pull_request": _pull_request,
    "required_status_checks": _status_checks,
    "non_fast_forward": None,
}
_KINDS: Mapping[str, _Reader | None] = {
    **ENFORCED,
    "required_signatures": None,
    "merge_queue": _as_sent,
    "required_deployments": _as_sent,
    "commit_message_pattern": _as_sent,
    "commit_author_email_pattern": _as_sent,
    "committer_email_pattern": _as_sent,
    "branch_name_pattern": _as_sent,
    "tag_name_pattern": _as_sent,
    "workflows": _as_sent,
    "code_scanning": _as_sent,
    "copilot_code_review": _as_sent,
    "license_compliance_scanning": _as_sent,
    "file_path_restriction": _as_sent,
    "max_file_path_length": _as_sent,
    "file_extension_restriction": _as_sent,
    "max_file_size": _as_sent,
}
