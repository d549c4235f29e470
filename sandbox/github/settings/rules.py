"""Judges whether a reference may move as somebody wishes: rulesets, in GitHub's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.git.moves import Move
from sandbox.github.repositories.ancestry import GitAncestry
from sandbox.github.settings.rulesets import Ruleset

_PASSING_BY = ("always", "exempt")  # `pull_request` does not help a push


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """How a pull request stands whose merge is the move that is judged."""

    head: str  # the commit whose checks count
    method: str  # merge, squash or rebase
    behind: bool  # whether its base has moved on since
    approvals: int  # by people who may write
    approvals_of_head: int  # those that were given for its newest commit
    objections: int  # changes requested by people who may write
    open_conversations: int = 0  # about lines, that nobody has resolved
    unheard_owners: Sequence[str] = ()  # code owners of its files whose approval is missing


@dataclass(frozen=True)
class Verdict:
    """What rules a move breaks."""

    broken: Sequence[str]  # in GitHub's words; any of these refuses the move
    passed_by: Sequence[str]  # broken too, by one who may


def judge(
    move: Move,
    rulesets: Sequence[Ruleset],
    *,
    default_branch: str,
    user: int,
    admin: bool,
    ancestry: GitAncestry,
    passed: Callable[[str], set[str]],
    reviewed: Reviewed | None = None,
) -> Verdict:
    """Asks every ruleset in force.

    Args:
        move: what is to happen.
        rulesets: the repository's.
        default_branch: which branch conditions mean by that.
        user: the number of who moves it.
        admin: whether they administer the repository.
        ancestry: of the commits.
        passed: contexts of a commit's statuses that are well.
        reviewed: the pull request that is merged by this move; None for any other move.
    """
    passing = _PASSING_BY if reviewed is None else (*_PASSING_BY, "pull_request")
    broken: list[str] = []
    passed_by: list[str] = []
    for each in rulesets:
        if each.concerns(move.ref, default_branch):
            may_pass = each.bypass(user, admin=admin) in passing
            found = _broken(move, each, ancestry, passed, reviewed)
            (passed_by if may_pass else broken).extend(found)
    return Verdict(list(dict.fromkeys(broken)), list(dict.fromkeys(passed_by)))


def _broken(
    move: Move,
    ruleset: Ruleset,
    ancestry: GitAncestry,
    passed: Callable[[str], set[str]],
    reviewed: Reviewed | None,
) -> Iterator[str]:
    moves = not move.creates and not move.deletes
    for rule in ruleset.rules:
        parameters = rule.get("parameters") or {}
        match rule["type"]:
            case "creation" if move.creates:
                yield "Cannot create ref due to creations being restricted."
            case "update" if moves:
                yield "Cannot update this protected ref."
            case "deletion" if move.deletes:
                yield "Cannot delete this branch"
            case "non_fast_forward" if moves and not ancestry.descends(move.new, move.old):
                yield "Cannot force-push to this branch"
            case "pull_request" if moves:
                yield from _unreviewed(parameters, reviewed)
            case "required_linear_history" if not move.deletes:
                if ancestry.has_new_merges(move.new, move.old):
                    yield "This branch must not contain merge commits."
            case "required_status_checks" if not move.deletes:
                yield from _missing(move, parameters, passed, reviewed)


def _unreviewed(parameters: Mapping[str, Any], reviewed: Reviewed | None) -> Iterator[str]:
    if reviewed is None:
        yield "Changes must be made through a pull request."
        return
    needed = int(parameters.get("required_approving_review_count") or 0)
    last = parameters.get("require_last_push_approval")
    given = reviewed.approvals_of_head if last else reviewed.approvals
    if given < needed:
        verb = "review is" if needed == 1 else "reviews are"
        yield f"At least {needed} approving {verb} required by reviewers with write access."
    if needed and reviewed.objections:
        yield "Changes have been requested by reviewers with write access."
    if parameters.get("require_code_owner_review") and reviewed.unheard_owners:
        yield f"Waiting on code owner review from {', '.join(reviewed.unheard_owners)}."
    if parameters.get("required_review_thread_resolution") and reviewed.open_conversations:
        yield "A conversation must be resolved before this pull request can be merged."
    methods = parameters.get("allowed_merge_methods") or ()
    if methods and reviewed.method not in methods:
        yield f"The merge method {reviewed.method} is not allowed: {', '.join(methods)}."


def _missing(
    move: Move,
    parameters: Mapping[str, Any],
    passed_by: Callable[[str], set[str]],
    reviewed: Reviewed | None,
) -> Iterator[str]:
    if move.creates and parameters.get("do_not_enforce_on_create"):
        return
    required = [each["context"] for each in parameters.get("required_status_checks", [])]
    # The commit that merges is new: what was checked is the one that it brings.
    passed = passed_by(move.new if reviewed is None else reviewed.head)
    missing = [context for context in required if context not in passed]
    if len(missing) == 1:
        yield f'Required status check "{missing[0]}" is expected.'
    elif missing:
        yield f"{len(missing)} of {len(required)} required status checks are expected."
    strict = parameters.get("strict_required_status_checks_policy") and required
    if strict and reviewed is not None and reviewed.behind:
        yield "Head branch is not up to date with the base branch."
