"""Judges whether a reference may move as somebody wishes: rulesets, in GitHub's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sandbox.git.moves import Move
from sandbox.github.settings.rulesets import Ruleset

_PASSING_BY = ("always", "exempt")  # `pull_request` does not help a push


class Ancestry(Protocol):
    """What rules ask of the history, objects that are being pushed included."""

    def descends(self, new: str, old: str) -> bool:
        """Whether one commit is among the ancestors of another."""
        ...

    def has_new_merges(self, new: str, old: str) -> bool:
        """Whether there are merge commits behind one commit that are not behind another."""
        ...


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
    ancestry: Ancestry,
    passed: Callable[[str], set[str]],
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
    """
    broken: list[str] = []
    passed_by: list[str] = []
    for each in rulesets:
        if each.concerns(move.ref, default_branch):
            may_pass = each.bypass(user, admin=admin) in _PASSING_BY
            (passed_by if may_pass else broken).extend(_broken(move, each, ancestry, passed))
    return Verdict(list(dict.fromkeys(broken)), list(dict.fromkeys(passed_by)))


def _broken(
    move: Move, ruleset: Ruleset, ancestry: Ancestry, passed: Callable[[str], set[str]]
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
                yield "Changes must be made through a pull request."
            case "required_linear_history" if not move.deletes:
                if ancestry.has_new_merges(move.new, move.old):
                    yield "This branch must not contain merge commits."
            case "required_status_checks" if not move.deletes:
                yield from _missing(move, parameters, passed)


def _missing(
    move: Move, parameters: Mapping[str, Any], passed_by: Callable[[str], set[str]]
) -> Iterator[str]:
    if move.creates and parameters.get("do_not_enforce_on_create"):
        return
    required = [each["context"] for each in parameters.get("required_status_checks", [])]
    passed = passed_by(move.new)
    missing = [context for context in required if context not in passed]
    if len(missing) == 1:
        yield f'Required status check "{missing[0]}" is expected.'
    elif missing:
        yield f"{len(missing)} of {len(required)} required status checks are expected."
