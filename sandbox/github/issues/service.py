"""Issues with what belongs to them: shown whole, and told to the workflows that listen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.events import Events
from sandbox.github.http.access import ISSUES, Right, require_right, right_of_account
from sandbox.github.http.accounts import Accounts, Caller
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.http.requests import Urls
from sandbox.github.issues.labels import Label, Labels
from sandbox.github.issues.records import OPEN, Comment, Issue, Issues
from sandbox.github.issues.views import comment_view, issue_view, label_view
from sandbox.github.issues.words import fit_text, fit_title
from sandbox.github.repositories.registry import Repository
from sandbox.store.database import Database

_MOST_ASSIGNEES = 10


# Tells what happened to a pull request that was reached as the issue that it is too: the actor, the
# event's action, and what else its payload has.
_PullTeller = Callable[[Repository, Issue, str, str, Mapping[str, object]], None]


def _nobody(*_told: object) -> None:
    """Nobody keeps pull requests."""


class IssueService:
    """The issues of all repositories. Thread-safe.

    Args:
        database: the sandbox's file.
        accounts: who there is.
        events: told of what happens.
        here: addresses of this GitHub, as events name them.
    """

    def __init__(self, database: Database, accounts: Accounts, events: Events, here: Urls) -> None:
        self.records = Issues(database)
        self.labels = Labels(database)
        self.accounts = accounts
        self.tell_pull: _PullTeller = _nobody  # set by who keeps pull requests
        self._events = events
        self._here = here

    def view(self, issue: Issue, repository: Repository, here: Urls) -> dict[str, Any]:
        """An issue as the API shows it."""
        return issue_view(
            issue,
            self.labels.of(issue.id),
            len(self.records.comments(issue)),
            repository,
            self.accounts,
            here,
        )

    def open(
        self,
        repository: Repository,
        caller: Caller,
        title: str | None,
        body: str | None,
        *,
        labels: Sequence[str] = (),
        assignees: Sequence[str] = (),
    ) -> Issue:
        """A new issue; labels and assignees of strangers are dropped in silence, as on GitHub.

        Raises:
            UnprocessableError: it has no title, or too many words.
        """
        title, body, author = fit_title(title), fit_text(body), caller.login
        may = caller.administers(repository.owner)
        logins = self.assignable(repository, assignees) if may else ()
        issue = self.records.add(repository.id, author, title, body, assignees=logins)
        self.labels.put_on(repository.id, issue.id, labels if may else ())
        self.tell(repository, issue, author, "opened")
        return issue

    def change(
        self,
        repository: Repository,
        issue: Issue,
        caller: Caller,
        *,
        words: Mapping[str, str | None],
        labels: Sequence[str] | None = None,
        assignees: Sequence[str] | None = None,
        state: str,
        reason: str | None = None,
    ) -> Issue:
        """Changes one, by its author or who may write; labels and assignees by the latter.

        Args:
            repository: where.
            issue: as it stands.
            caller: who changes it, and has been let.
            words: its title, its body, or both.
            labels: all that it shall bear; None to leave them.
            assignees: the same of logins.
            state: open or closed.
            reason: of that state.

        Raises:
            UnprocessableError: it would have no title, or too many words.
            ForbiddenError: a stranger's labels or assignees.
        """
        fitting: dict[str, object] = {}
        if "title" in words:
            fitting["title"] = fit_title(words["title"])
        if "body" in words:
            fitting["body"] = fit_text(words["body"])
        if labels is not None or assignees is not None:
            require_right(caller, repository, Right.WRITE, ISSUES)
        if fitting:
            issue = self.records.set(issue.id, **fitting)
        if labels is not None:
            self.set_labels(repository, issue, caller.login, labels)
        if assignees is not None:
            issue = self.records.assign(issue, self.assignable(repository, assignees))
        was = issue.state
        issue = self.records.set_state(issue, state, caller.login, reason)
        if fitting:
            self.tell(repository, issue, caller.login, "edited", changes={})
        if state != was:
            action = "reopened" if state == OPEN else "closed"
            self.tell(repository, issue, caller.login, action)
        return issue

    def assign(self, repository: Repository, issue: Issue, logins: Sequence[str]) -> Issue:
        """Asks more people to see to it; raises UnprocessableError for too many."""
        wanted = [*issue.assignees, *self.assignable(repository, logins)]
        if len(set(wanted)) > _MOST_ASSIGNEES:
            raise UnprocessableError(f"An issue has at most {_MOST_ASSIGNEES} assignees")
        return self.records.assign(issue, wanted)

    def unassign(self, issue: Issue, logins: Sequence[str]) -> Issue:
        """Asks them no longer."""
        gone = {each.lower() for each in logins}
        return self.records.assign(issue, [e for e in issue.assignees if e.lower() not in gone])

    def assignable(self, repository: Repository, logins: Sequence[str]) -> Sequence[str]:
        """Those of some people that may be asked; others are dropped in silence, as on GitHub."""
        known = [self.accounts.find(login) for login in logins]
        return [
            each.login
            for each in known
            if each is not None
            and right_of_account(self.accounts, each.login, repository) >= Right.WRITE
        ]

    def comment(self, repository: Repository, issue: Issue, author: str, body: str) -> Comment:
        """Writes below an issue or a pull request."""
        made = self.records.add_comment(issue, author, body)
        self.tell_comment(repository, issue, made, author, "created")
        return made

    def put_labels(
        self, repository: Repository, issue: Issue, actor: str, names: Sequence[str]
    ) -> None:
        """Adds labels to those that it bears."""
        for each in self.labels.put_on(repository.id, issue.id, names):
            self._labelled(repository, issue, actor, "labeled", each)

    def take_labels(
        self, repository: Repository, issue: Issue, actor: str, labels: Sequence[Label]
    ) -> None:
        """Takes labels from it."""
        self.labels.take_from(issue.id, labels)
        for each in labels:
            self._labelled(repository, issue, actor, "unlabeled", each)

    def set_labels(
        self, repository: Repository, issue: Issue, actor: str, names: Sequence[str]
    ) -> None:
        """Lets it bear these and no others."""
        kept = {name.lower() for name in names}
        gone = [each for each in self.labels.of(issue.id) if each.name.lower() not in kept]
        self.take_labels(repository, issue, actor, gone)
        self.put_labels(repository, issue, actor, names)

    def tell(
        self, repository: Repository, issue: Issue, actor: str, action: str, **more: object
    ) -> None:
        """Lets workflows know that something happened to an issue or a pull request."""
        if issue.pull:
            self.tell_pull(repository, issue, actor, action, more)
            return
        view = self.view(issue, repository, self._here)
        self._tell(repository, "issues", actor, {"action": action, "issue": view, **more})

    def tell_comment(
        self, repository: Repository, issue: Issue, comment: Comment, actor: str, action: str
    ) -> None:
        """Lets workflows know of a comment; those of pull requests are `issue_comment` too."""
        said = {
            "action": action,
            "issue": self.view(issue, repository, self._here),
            "comment": comment_view(comment, issue, repository, self.accounts, self._here),
        }
        self._tell(repository, "issue_comment", actor, said)

    def _labelled(
        self, repository: Repository, issue: Issue, actor: str, action: str, label: Label
    ) -> None:
        issue = self.records.set(issue.id)
        self.tell(repository, issue, actor, action, label=label_view(label, repository, self._here))

    def _tell(
        self, repository: Repository, event: str, actor: str, payload: dict[str, Any]
    ) -> None:
        # These run what is on the default branch, never what somebody proposes.
        branch = repository.git.default_branch()
        commit = repository.git.branch_head(branch)
        if commit is None:
            self._events.happened(repository.full_name, event, actor, payload)
        else:
            self._events.tell(
                Trigger(
                    repository=repository.full_name,
                    event=event,
                    ref=f"refs/heads/{branch}",
                    commit=commit,
                    actor=actor,
                    payload=payload,
                )
            )
