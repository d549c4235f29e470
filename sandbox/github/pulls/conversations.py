"""Conversations about lines of a pull request: what begins one, and whether it is resolved."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.github.pulls.reviews import PENDING, ReviewComment, Reviews
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS github_resolved_conversations (
    comment INTEGER PRIMARY KEY REFERENCES github_review_comments (id) ON DELETE CASCADE,
    login TEXT NOT NULL,         -- of who resolved it
    resolved_at TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Conversation:
    """What was said of one place, oldest first; the first comment gives it its number."""

    comments: Sequence[ReviewComment]
    resolved_by: str | None  # login

    @property
    def id(self) -> int:
        """The number of the comment with which it began."""
        return self.comments[0].id


class Conversations:
    """Those of all pull requests. Thread-safe."""

    def __init__(self, database: Database, reviews: Reviews) -> None:
        self._database = database
        self._reviews = reviews
        database.create(_TABLES)

    def of(self, issue: int) -> list[Conversation]:
        """Those of a pull request, oldest first; what is pending is nobody's yet."""
        pending = {each.id for each in self._reviews.of(issue) if each.state == PENDING}
        begun: dict[int, list[ReviewComment]] = {}
        for each in self._reviews.comments(issue):
            if each.review not in pending:
                root = each.id if each.in_reply_to is None else each.in_reply_to
                begun.setdefault(root, []).append(each)
        rows = self._database.query(
            "SELECT comment, login FROM github_resolved_conversations WHERE comment IN"
            " (SELECT id FROM github_review_comments WHERE issue = ?)",
            (issue,),
        )
        resolved = {row["comment"]: row["login"] for row in rows}
        return [Conversation(said, resolved.get(said[0].id)) for said in begun.values()]

    def open(self, issue: int) -> int:
        """How many of them nobody has resolved."""
        return len([each for each in self.of(issue) if each.resolved_by is None])

    def issue_of(self, conversation: int) -> int | None:
        """The pull request of a conversation, as the issue that it is."""
        rows = self._database.query(
            "SELECT issue FROM github_review_comments WHERE id = ?", (conversation,)
        )
        return int(rows[0]["issue"]) if rows else None

    def resolve(self, conversation: Conversation, login: str) -> None:
        """Notes that there is nothing left to say."""
        self._database.execute(
            "INSERT OR IGNORE INTO github_resolved_conversations (comment, login, resolved_at)"
            " VALUES (?, ?, ?)",
            (conversation.id, login, now()),
        )

    def unresolve(self, conversation: Conversation) -> None:
        """Takes that back."""
        self._database.execute(
            "DELETE FROM github_resolved_conversations WHERE comment = ?", (conversation.id,)
        )
