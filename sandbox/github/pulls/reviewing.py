"""Reviewing pull requests, and asking others to."""

from collections.abc import Sequence

from sandbox.github.http.access import Right, require_right, require_voice, right_of_account
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.issues.views import person
from sandbox.github.pulls.records import Pull
from sandbox.github.pulls.reviews import (
    APPROVED,
    CHANGES_REQUESTED,
    COMMENTED,
    PENDING,
    Remark,
    Review,
)
from sandbox.github.pulls.service import PullService
from sandbox.github.pulls.views import review_view
from sandbox.github.repositories.registry import Repository

STATES = {
    "APPROVE": APPROVED,
    "REQUEST_CHANGES": CHANGES_REQUESTED,
    "COMMENT": COMMENTED,
    "PENDING": PENDING,
}


def require_hearing(caller: Caller, pull: Pull, repository: Repository) -> None:
    """Refuses whoever may not speak, or not of something that is locked."""
    require_voice(caller)
    if pull.issue.locked:
        require_right(caller, repository, Right.WRITE)


def add_review(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    *,
    state: str,
    body: str,
    remarks: Sequence[Remark] = (),
    commit: str | None = None,
) -> Review:
    """Reviews one, for a caller who has been let.

    Args:
        pulls: whose it is.
        pull: what is reviewed.
        repository: where.
        caller: who reviews it.
        state: one of the values of `STATES`; a pending one is told to nobody.
        body: what is said of it as a whole.
        remarks: what is said of lines.
        commit: what was looked at; None for its newest commit.

    Raises:
        UnprocessableError: nothing is said, or it is the caller's own.
    """
    require_sense(state, body or bool(remarks), pull, caller)
    made = pulls.reviews.add(pull.issue.id, caller.login, state, body, commit or pull.head_sha)
    for each in remarks:
        pulls.reviews.add_comment(pull.issue.id, caller.login, each, made.id)
    if state != PENDING:
        tell(pulls, pull, repository, caller, "submitted", made)
    return made


def require_sense(state: str, said: object, pull: Pull, caller: Caller) -> None:
    """Raises UnprocessableError for a review of one's own, or one without words."""
    own = caller.login.lower() == pull.issue.author.lower()
    if own and state in (APPROVED, CHANGES_REQUESTED):
        what = "approve" if state == APPROVED else "request changes on"
        raise UnprocessableError(
            "Unprocessable Entity", f"Review Can not {what} your own pull request"
        )
    if not said and state in (CHANGES_REQUESTED, COMMENTED):
        raise UnprocessableError("Unprocessable Entity", "Review body can't be blank")


def tell(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    action: str,
    said: Review,
) -> None:
    """Lets the workflows that listen know of a review."""
    view = review_view(said, pull, repository, pulls.accounts, pulls.here)
    more = {"review": {**view, "state": said.state.lower()}}
    pulls.tell(pull, repository, caller.login, action, "pull_request_review", more)


def ask(
    pulls: PullService,
    pull: Pull,
    repository: Repository,
    caller: Caller,
    logins: Sequence[str],
) -> None:
    """Asks people for reviews; raises UnprocessableError for its author, or who may not see it."""
    asked = _reviewers(pulls, pull, repository, logins)
    new = [each for each in asked if each not in pulls.reviews.asked(pull.issue.id)]
    pulls.reviews.ask(pull.issue.id, asked)
    for login in new:
        more = {"requested_reviewer": person(pulls.accounts, login, pulls.here)}
        pulls.tell(pull, repository, caller.login, "review_requested", more=more)


def _reviewers(
    pulls: PullService, pull: Pull, repository: Repository, logins: Sequence[str]
) -> Sequence[str]:
    if any(login.lower() == pull.issue.author.lower() for login in logins):
        raise UnprocessableError("Review cannot be requested from pull request author.")
    found = []
    for login in logins:
        account = pulls.accounts.find(login)
        right = right_of_account(pulls.accounts, login, repository)
        if account is None or right < Right.READ:
            raise UnprocessableError(
                "Reviews may only be requested from collaborators. One or more of the users or "
                "teams you specified is not a collaborator of the "
                f"{repository.full_name} repository."
            )
        found.append(account.login)
    return found
