"""Opening pull requests and changing them, as far as their branches and callers allow."""

from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.github.http.access import Right, require_right, right_to
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.issues.records import OPEN
from sandbox.github.issues.words import fit_text
from sandbox.github.pulls.records import Proposal, Pull
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.registry import Repository


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What somebody proposes."""

    title: str
    body: str | None
    base: str  # branch
    head: str  # branch, or `owner:branch`
    head_repository: str | None = None  # name or full name, if the owner has several
    draft: bool = False
    maintainer_can_modify: bool = False


def propose(pulls: PullService, repository: Repository, caller: Caller, wanted: Wanted) -> Pull:
    """Opens a pull request; by who may write to the head's repository and see the base's.

    Raises:
        UnprocessableError: it has no title, a branch is not there, there is nothing to merge, or
            the same is proposed already.
    """
    title = wanted.title.strip()
    if not title:
        raise _unfit("title", "missing_field")
    body = fit_text(wanted.body)
    owner, _, head = wanted.head.rpartition(":")
    source = _head_repository(pulls, repository, caller, owner or repository.owner, wanted)
    base_sha = repository.git.branch_head(wanted.base)
    if base_sha is None:
        raise _unfit("base", "invalid")
    head_sha = None if source is None else source.git.branch_head(head)
    if source is None or head_sha is None:
        raise _unfit("head", "invalid")
    require_right(caller, source, Right.WRITE)
    known = pulls.records.open_from(source.id, head)
    if any(each.base == wanted.base and each.repository == repository.id for each in known):
        raise _said(f"A pull request already exists for {source.owner}:{head}.")
    if source.id == repository.id and base_sha == head_sha:
        raise _said(f"No commits between {wanted.base} and {head}")
    proposal = Proposal(
        base=wanted.base,
        base_sha=base_sha,
        head_repository=source.id,
        head_owner=source.owner,
        head=head,
        head_sha=head_sha,
        draft=wanted.draft,
        maintainer_can_modify=wanted.maintainer_can_modify,
    )
    return pulls.open(repository, caller, title, body, proposal)


def change(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    *,
    words: Mapping[str, str | None],
    base: str | None = None,
    state: str | None = None,
) -> Pull:
    """Changes one, for a caller who has been let.

    Args:
        pulls: whose it is.
        pull: as it stands.
        repository: where.
        caller: who changes it.
        words: its title, its body, or both.
        base: the branch it shall be merged into; None to leave it.
        state: open or closed; None to leave it.

    Raises:
        UnprocessableError: it would have no title, or a branch is not there.
    """
    fitting = {**words}
    if "title" in fitting and not (fitting["title"] or "").strip():
        raise _unfit("title", "missing_field")
    if "body" in fitting:
        fitting["body"] = fit_text(fitting["body"])
    if base is not None and base != pull.base:
        sha = repository.git.branch_head(base)
        if sha is None:
            raise _unfit("base", "invalid")
        pull = pulls.retarget(pull, repository, base, sha)
    if fitting:
        pulls.issues.records.set(pull.issue.id, **fitting)
        pull = pulls.records.again(pull)
    if fitting or base is not None:
        pulls.tell(pull, repository, caller.login, "edited", more={"changes": {}})
    if state is not None and state != pull.issue.state:
        _require_possible(pulls, pull, repository, state)
        pull = pulls.set_state(pull, repository, caller.login, state)
    return pull


def _head_repository(
    pulls: PullService, repository: Repository, caller: Caller, owner: str, wanted: Wanted
) -> Repository | None:
    """Where a head lies: the repository itself, or its owner's fork of it."""
    for each in (repository, *pulls.registry.forks(repository)):
        seen = right_to(caller, each) >= Right.READ
        if each.owner.lower() != owner.lower() or not seen:
            continue
        if wanted.head_repository in (None, each.name, each.full_name):
            return each
    return None


def _require_possible(pulls: PullService, pull: Pull, repository: Repository, state: str) -> None:
    if pull.merged:
        raise _said("state cannot be changed. The pull request was merged.")
    if state == OPEN:
        head = pulls.shown(pull, repository).head_repository
        if head is None or head.git.branch_head(pull.head) is None:
            raise _said(f"The branch {pull.head} was deleted.")


def _unfit(field: str, code: str) -> UnprocessableError:
    error = {"resource": "PullRequest", "field": field, "code": code}
    return UnprocessableError("Validation Failed", [error])


def _said(message: str) -> UnprocessableError:
    error = {"resource": "PullRequest", "code": "custom", "message": message}
    return UnprocessableError("Validation Failed", [error])
