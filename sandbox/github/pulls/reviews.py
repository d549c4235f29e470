"""Reviews of pull requests: who was asked, what they said of it, and what of its lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

PENDING, COMMENTED, APPROVED = "PENDING", "COMMENTED", "APPROVED"
CHANGES_REQUESTED, DISMISSED = "CHANGES_REQUESTED", "DISMISSED"

_TABLES = """
CREATE TABLE IF NOT EXISTS github_reviews (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    author TEXT NOT NULL,        -- login
    state TEXT NOT NULL,
    body TEXT NOT NULL,
    commit_id TEXT NOT NULL,     -- what was reviewed
    submitted_at TEXT            -- none of a pending one
);
CREATE INDEX IF NOT EXISTS github_reviews_of_pull ON github_reviews (issue);
CREATE TABLE IF NOT EXISTS github_review_requests (
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    login TEXT NOT NULL COLLATE NOCASE,
    PRIMARY KEY (issue, login)
);
CREATE TABLE IF NOT EXISTS github_review_comments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    issue INTEGER NOT NULL REFERENCES github_pulls (issue) ON DELETE CASCADE,
    review INTEGER REFERENCES github_reviews (id) ON DELETE CASCADE,
    author TEXT NOT NULL,
    body TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    path TEXT NOT NULL,
    line INTEGER,                -- none of a comment on the whole file
    start_line INTEGER,
    side TEXT NOT NULL,          -- LEFT: the older file; RIGHT: the newer
    hunk TEXT NOT NULL,          -- the lines of the difference that it is about
    in_reply_to INTEGER,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS github_review_comments_of_pull ON github_review_comments (issue);
"""


@dataclass(frozen=True, kw_only=True)
class Review:
    """What somebody said of a pull request as a whole."""

    id: int
    issue: int
    author: str
    state: str
    body: str
    commit_id: str
    submitted_at: str | None


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Where somebody has something to say; see the table's comments."""

    body: str
    commit_id: str
    path: str
    line: int | None
    start_line: int | None = None
    side: str = "RIGHT"
    hunk: str = ""
    in_reply_to: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReviewComment(Remark):
    """What somebody said of a line."""

    id: int
    issue: int
    review: int | None
    author: str
    created_at: str
    updated_at: str


class Reviews:
    """All reviews. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._reviews = Table(database, "github_reviews", Review)
        self._comments = Table(database, "github_review_comments", ReviewComment)

    def add(self, issue: int, author: str, state: str, body: str, commit: str) -> Review:
        """A new one; whoever says more than a comment is no longer asked to."""
        submitted = None if state == PENDING else now()
        with self._database.transaction():
            number = self._reviews.add(
                issue=issue,
                author=author,
                state=state,
                body=body,
                commit_id=commit,
                submitted_at=submitted,
            )
            if state != PENDING:
                self.unask(issue, [author])
        return self._reviews.get(number)

    def of(self, issue: int) -> Sequence[Review]:
        """Those of a pull request, oldest first."""
        return self._reviews.where("issue = ?", issue)

    def find(self, issue: int, review: int) -> Review | None:
        """The review with that number."""
        return self._reviews.first("issue = ? AND id = ?", issue, review)

    def with_id(self, review: int) -> Review | None:
        """The review with that id, of any pull request."""
        return self._reviews.find(review)

    def set(self, review: Review, **values: object) -> Review:
        """Changes columns of one."""
        return self._reviews.changed(review.id, **values)

    def submitted(self, review: Review, state: str, body: str) -> Review:
        """Says aloud what was pending; its author is no longer asked."""
        self.unask(review.issue, [review.author])
        return self.set(review, state=state, body=body, submitted_at=now())

    def remove(self, review: Review) -> None:
        """Takes a pending one back."""
        self._reviews.drop(review.id)

    def standing(self, issue: int) -> Mapping[str, Review]:
        """By login what each reviewer's word is now; mere comments change nothing of it."""
        said = {}
        for each in self.of(issue):
            if each.state in (APPROVED, CHANGES_REQUESTED, DISMISSED):
                said[each.author.lower()] = each
        return {login: each for login, each in said.items() if each.state != DISMISSED}

    # --- who is asked

    def ask(self, issue: int, logins: Sequence[str]) -> None:
        """Asks people for a review."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO github_review_requests (issue, login) VALUES (?, ?)",
                [(issue, login) for login in logins],
            )

    def unask(self, issue: int, logins: Sequence[str]) -> None:
        """Asks them no longer."""
        with self._database.transaction() as connection:
            connection.executemany(
                "DELETE FROM github_review_requests WHERE issue = ? AND login = ?",
                [(issue, login) for login in logins],
            )

    def asked(self, issue: int) -> Sequence[str]:
        """The logins of who is asked, by name."""
        rows = self._database.query(
            "SELECT login FROM github_review_requests WHERE issue = ? ORDER BY login", (issue,)
        )
        return [row["login"] for row in rows]

    # --- of lines

    def add_comment(
        self, issue: int, author: str, remark: Remark, review: int | None
    ) -> ReviewComment:
        """Says something of a line."""
        moment = now()
        return self._comments.added(
            **vars(remark),
            issue=issue,
            review=review,
            author=author,
            created_at=moment,
            updated_at=moment,
        )

    def comments(self, issue: int, review: int | None = None) -> Sequence[ReviewComment]:
        """What was said of lines, oldest first; of one review, or all of it."""
        return self._comments.where(
            "issue = ? AND (? IS NULL OR review = ?)", issue, review, review
        )

    def comment(self, repository: int, number: int) -> ReviewComment | None:
        """A comment on a line by its number."""
        of_repository = "issue IN (SELECT issue FROM github_pulls WHERE repository = ?)"
        return self._comments.first(f"id = ? AND {of_repository}", number, repository)

    def edit_comment(self, comment: ReviewComment, body: str) -> ReviewComment:
        """Puts other words into it."""
        return self._comments.changed(comment.id, body=body, updated_at=now())

    def remove_comment(self, comment: ReviewComment) -> None:
        """Takes it away."""
        self._comments.drop(comment.id)
