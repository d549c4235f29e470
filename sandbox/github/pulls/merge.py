"""The merge of a pull request, as far as the rules of its base let it through."""

from sandbox.git.moves import Move
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import ConflictError, GitHubError
from sandbox.github.issues.records import OPEN
from sandbox.github.pulls.merging import ConflictsError, merge_commit, rebased, squashed
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.service import PullService
from sandbox.github.repositories.commit_writer import person_of
from sandbox.github.repositories.differences import commits_between
from sandbox.github.repositories.registry import Repository


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
    if method == "squash":
        commits = commits_between(store, pull.base_sha, pull.head_sha)
        only = commits[0] if len(commits) == 1 else None
        subject = title or f"{only.title if only else pull.issue.title} (#{pull.number})"
        listed = "\n\n".join(f"* {each.message}" for each in commits)
        body = message if message is not None else (only.description if only else listed)
        return squashed(store, pull.base_sha, pull.head_sha, _joined(subject, body), by)
    subject = title or f"Merge pull request #{pull.number} from {pull.head_owner}/{pull.head}"
    body = pull.issue.title if message is None else message
    return merge_commit(store, pull.base_sha, pull.head_sha, _joined(subject, body), by)


def _joined(subject: str, body: str) -> str:
    return f"{subject}\n\n{body}".strip() + "\n"
