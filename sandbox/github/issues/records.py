"""Issues and their comments as they are kept. A pull request is an issue with a table beside."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

OPEN, CLOSED = "open", "closed"

_TABLES = """
CREATE TABLE IF NOT EXISTS github_issues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,     -- counts issues and pull requests of a repository together
    pull INTEGER NOT NULL,       -- whether it is a pull request
    title TEXT NOT NULL,
    body TEXT,
    author TEXT NOT NULL,        -- login
    assignees TEXT NOT NULL DEFAULT '[]',  -- JSON; logins
    state TEXT NOT NULL,         -- open or closed
    state_reason TEXT,           -- completed, not_planned, reopened
    locked INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    closed_by TEXT,              -- login
    UNIQUE (repository, number)
);
CREATE TABLE IF NOT EXISTS github_comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_issues (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS github_comments_of_issue ON github_comments (issue);
"""


@dataclass(frozen=True, kw_only=True)
class Issue:
    """A snapshot of one issue; the columns are explained in the table."""

    id: int
    repository: int
    number: int
    pull: bool
    title: str
    body: str | None
    author: str
    assignees: tuple[str, ...]
    state: str
    state_reason: str | None
    locked: bool
    created_at: str
    updated_at: str
    closed_at: str | None
    closed_by: str | None


@dataclass(frozen=True, kw_only=True)
class Comment:
    """What somebody wrote below an issue."""

    id: int
    issue: int
    author: str
    body: str
    created_at: str
    updated_at: str


class Issues:
    """All issues, pull requests among them, and their comments. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._issues = Table(database, "github_issues", Issue, order="number DESC")
        self._comments = Table(database, "github_comments", Comment)

    def add(
        self,
        repository: int,
        author: str,
        title: str,
        body: str | None,
        *,
        assignees: Sequence[str] = (),
        pull: bool = False,
    ) -> Issue:
        """A new open one, with the next number of its repository."""
        with self._database.transaction() as connection:
            key = add_issue(connection, repository, author, title, body, pull=pull)
        if assignees:
            self.set(key, assignees=list(assignees))
        return self._issues.get(key)

    def find(self, repository: int, number: int) -> Issue | None:
        """The issue or pull request of that number."""
        return self._issues.first("repository = ? AND number = ?", repository, number)

    def with_id(self, number: int) -> Issue | None:
        """The issue or pull request with that id, of any repository."""
        return self._issues.find(number)

    def list(self, repository: int, *, state: str | None = None) -> Sequence[Issue]:
        """Those of a repository, newest first; of one state, or of both."""
        return self._issues.where(
            "repository = ? AND (? IS NULL OR state = ?)", repository, state, state
        )

    def set(self, issue: int, **values: object) -> Issue:
        """Changes columns of an issue."""
        return self._issues.changed(issue, **{"updated_at": now(), **values})

    def assign(self, issue: Issue, logins: Sequence[str]) -> Issue:
        """Sets who is to see to it."""
        return self.set(issue.id, assignees=list(dict.fromkeys(logins)))

    def set_state(self, issue: Issue, state: str, by: str, reason: str | None = None) -> Issue:
        """Closes or reopens one."""
        if state == issue.state and reason in (None, issue.state_reason):
            return issue
        if state == OPEN:
            reopened = "reopened" if issue.state == CLOSED else issue.state_reason
            return self.set(
                issue.id, state=OPEN, state_reason=reopened, closed_at=None, closed_by=None
            )
        reason = reason or (None if issue.pull else "completed")
        return self.set(issue.id, state=CLOSED, state_reason=reason, closed_at=now(), closed_by=by)

    # --- comments

    def add_comment(self, issue: Issue, author: str, body: str) -> Comment:
        """Writes below an issue."""
        moment = now()
        with self._database.transaction():
            number = self._comments.add(
                issue=issue.id, author=author, body=body, created_at=moment, updated_at=moment
            )
            self._issues.set(issue.id, updated_at=moment)
        return self._comments.get(number)

    def comments(self, issue: Issue) -> Sequence[Comment]:
        """What is written below an issue, oldest first."""
        return self._comments.where("issue = ?", issue.id)

    def comments_of(self, repository: int) -> Sequence[Comment]:
        """What is written below all issues of a repository, oldest first."""
        of_repository = "issue IN (SELECT id FROM github_issues WHERE repository = ?)"
        return self._comments.where(of_repository, repository)

    def comment(self, repository: int, number: int) -> tuple[Issue, Comment] | None:
        """A comment by its number, with what it is below."""
        found = self.comment_with_id(number)
        return found if found is not None and found[0].repository == repository else None

    def comment_with_id(self, number: int) -> tuple[Issue, Comment] | None:
        """The same, of any repository."""
        found = self._comments.find(number)
        return None if found is None else (self._issues.get(found.issue), found)

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Puts other words into it."""
        return self._comments.changed(comment.id, body=body, updated_at=now())

    def remove_comment(self, comment: Comment) -> None:
        """Takes it away."""
        self._comments.drop(comment.id)


def add_issue(
    connection: sqlite3.Connection,
    repository: int,
    author: str,
    title: str,
    body: str | None,
    *,
    pull: bool,
) -> int:
    """Adds an open issue in a transaction that is under way; its id."""
    moment = now()
    added = connection.execute(
        "INSERT INTO github_issues (repository, number, pull, title, body, author, state,"
        " created_at, updated_at) VALUES (?, (SELECT COALESCE(MAX(number), 0) + 1 FROM"
        " github_issues WHERE repository = ?), ?, ?, ?, ?, 'open', ?, ?)",
        (repository, repository, pull, title, body, author, moment, moment),
    )
    return int(added.lastrowid or 0)
