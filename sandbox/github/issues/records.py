"""Issues and their comments as they are kept. A pull request is an issue with a table beside."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.store.database import Database

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
            self.set(key, assignees=json.dumps(list(assignees)))
        return self._by_id(key)

    def find(self, repository: int, number: int) -> Issue | None:
        """The issue or pull request of that number."""
        found = self._where("repository = ? AND number = ?", repository, number)
        return found[0] if found else None

    def with_id(self, number: int) -> Issue | None:
        """The issue or pull request with that id, of any repository."""
        found = self._where("id = ?", number)
        return found[0] if found else None

    def list(self, repository: int, *, state: str | None = None) -> Sequence[Issue]:
        """Those of a repository, newest first; of one state, or of both."""
        return self._where(
            "repository = ? AND (? IS NULL OR state = ?) ORDER BY number DESC",
            *(repository, state, state),
        )

    def set(self, issue: int, **values: object) -> Issue:
        """Changes columns of an issue."""
        changed = {"updated_at": now(), **values}
        columns = ", ".join(f"{name} = ?" for name in changed)
        self._database.execute(
            f"UPDATE github_issues SET {columns} WHERE id = ?",  # noqa: S608 - names are ours
            (*changed.values(), issue),
        )
        return self._by_id(issue)

    def assign(self, issue: Issue, logins: Sequence[str]) -> Issue:
        """Sets who is to see to it."""
        return self.set(issue.id, assignees=json.dumps(list(dict.fromkeys(logins))))

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
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO github_comments (issue, author, body, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?)",
                (issue.id, author, body, moment, moment),
            ).lastrowid
            connection.execute(
                "UPDATE github_issues SET updated_at = ? WHERE id = ?", (moment, issue.id)
            )
        return self._comments("id = ?", number)[0]

    def comments(self, issue: Issue) -> Sequence[Comment]:
        """What is written below an issue, oldest first."""
        return self._comments("issue = ?", issue.id)

    def comments_of(self, repository: int) -> Sequence[Comment]:
        """What is written below all issues of a repository, oldest first."""
        return self._comments(
            "issue IN (SELECT id FROM github_issues WHERE repository = ?)", repository
        )

    def comment(self, repository: int, number: int) -> tuple[Issue, Comment] | None:
        """A comment by its number, with what it is below."""
        found = self.comment_with_id(number)
        return found if found is not None and found[0].repository == repository else None

    def comment_with_id(self, number: int) -> tuple[Issue, Comment] | None:
        """The same, of any repository."""
        found = self._comments("id = ?", number)
        return (self._by_id(found[0].issue), found[0]) if found else None

    def edit_comment(self, comment: Comment, body: str) -> Comment:
        """Puts other words into it."""
        self._database.execute(
            "UPDATE github_comments SET body = ?, updated_at = ? WHERE id = ?",
            (body, now(), comment.id),
        )
        return self._comments("id = ?", comment.id)[0]

    def remove_comment(self, comment: Comment) -> None:
        """Takes it away."""
        self._database.execute("DELETE FROM github_comments WHERE id = ?", (comment.id,))

    # --- inside

    def _by_id(self, key: int) -> Issue:
        return self._where("id = ?", key)[0]

    def _where(self, condition: str, *values: object) -> Sequence[Issue]:
        rows = self._database.query(
            f"SELECT * FROM github_issues WHERE {condition}",  # noqa: S608 - written above
            values,
        )
        return [
            Issue(
                **{
                    **dict(row),
                    "pull": bool(row["pull"]),
                    "locked": bool(row["locked"]),
                    "assignees": tuple(json.loads(row["assignees"])),
                }
            )
            for row in rows
        ]

    def _comments(self, condition: str, *values: object) -> Sequence[Comment]:
        rows = self._database.query(
            f"SELECT * FROM github_comments WHERE {condition} ORDER BY id",  # noqa: S608 - as above
            values,
        )
        return [Comment(**dict(row)) for row in rows]


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
