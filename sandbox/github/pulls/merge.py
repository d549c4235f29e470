"""The merge of a pull request, as far as the rules of its base let it through."""

from sandbox.git.moves import Move
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import ConflictError, GitHubError, UnprocessableError
from sandbox.github.issues.records import OPEN
from sandbox.github.pulls.merging import ConflictsError, merge_commit, rebased, squashed
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.differences import commits_between, compare
from sandbox.github.repositories.registry import Repository
from sandbox.http.errors import NotImitatedError


class NotMergeableError(GitHubError):
    """The pull request cannot be merged as it stands."""

    status = 405


def merge(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    *,
    method: str,
    title: str | None,
    message: str | None,
    expected: str | None,
) -> Pull:
    """Merges one, if all rules let this caller.

    Args:
        pulls: whose it is.
        pull: as it stood when it was looked up.
        repository: where.
        caller: who merges it.
        method: merge, squash or rebase.
        title: of the commit; None for the platform's own.
        message: its further lines; None as above.
        expected: what the head must be; None for whatever it is.

    Raises:
        NotMergeableError: it is closed, a draft, conflicts, or breaks a rule.
        ConflictError: its head is another one by now.
    """
    with pulls.registry.lock(repository):
        pull = pulls.records.again(pull)
        if pull.issue.state != OPEN or not pull.mergeable:
            raise NotMergeableError("Pull Request is not mergeable")
        if pull.draft:
            raise NotMergeableError("Pull Request is still a draft")
        if expected is not None and expected != pull.head_sha:
            raise ConflictError("Head branch was modified. Review and try the merge again.")
        try:
            commit = _commit(pulls, pull, repository, caller, method, title, message)
        except ConflictsError:
            raise NotMergeableError("Pull Request is not mergeable") from None
        move = Move(f"refs/heads/{pull.base}", pull.base_sha, commit)
        about = pulls.standing.reviewed(pull, repository, method)
        pulls.merging.add(pull.issue.id)
        try:
            pulls.movements.move(repository, caller, move, about)
        except ConflictError as refusal:
            raise NotMergeableError(refusal.message) from None
        finally:
            pulls.merging.discard(pull.issue.id)
        return pulls.merged(pull, repository, caller.login, commit)


def update_branch(
    pulls: PullService, pull: Pull, repository: Repository, caller: Caller, expected: str | None
) -> None:
    """Merges the base into the head; raises UnprocessableError if that cannot be, or is not due."""
    if pull.foreign:
        raise NotImitatedError("updating the branch of a fork")
    if expected is not None and expected != pull.head_sha:
        raise UnprocessableError("expected head sha didn't match current head ref.")
    if compare(repository.git, pull.base_sha, pull.head_sha).behind == 0:
        raise UnprocessableError("There are no new commits on the base branch.")
    message = f"Merge branch '{pull.base}' into {pull.head}\n"
    by = person_of(pulls.accounts.of(caller))
    try:
        merged = merge_commit(repository.git, pull.head_sha, pull.base_sha, message, by)
    except ConflictsError:
        raise UnprocessableError(
            f"merge conflict between base and head: {pull.base} and {pull.head}"
        ) from None
    pulls.movements.move(repository, caller, Move(f"refs/heads/{pull.head}", pull.head_sha, merged))


def words_of(pull: Pull, repository: Repository, method: str) -> tuple[str, str]:
    """The title and further lines of the commit that merges one, unless its merger has others."""
    if method != "squash":
        title = f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head}"
        return title, pull.issue.title
    commits = commits_between(repository.git, pull.base_sha, pull.head_sha)
    only = commits[0] if len(commits) == 1 else None
    title = f"{only.title if only else pull.issue.title} (#{pull.number})"
    return title, only.description if only else "\n\n".join(f"* {e.message}" for e in commits)


def _commit(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    method: str,
    title: str | None,
    message: str | None,
) -> str:
    store, by = repository.git, person_of(pulls.accounts.of(caller))
    if method == "rebase":
        return rebased(store, pull.base_sha, pull.head_sha, by)
    usual_title, usual_message = words_of(pull, repository, method)
    words = _joined(title or usual_title, usual_message if message is None else message)
    write = squashed if method == "squash" else merge_commit
    return write(store, pull.base_sha, pull.head_sha, words, by)


def _joined(subject: str, body: str) -> str:
    return f"{subject}\n\n{body}".strip() + "\n"
