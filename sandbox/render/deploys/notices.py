"""Branches that moved and were not looked at yet: what a push brings about survives a kill."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS render_notices (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    repo TEXT NOT NULL,               -- its address
    branch TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    checks_passed INTEGER NOT NULL    -- 0: it was pushed; 1: its checks ended well
);
"""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A row: `branch` of the repository is at that commit."""

    number: int
    repo: str
    branch: str
    commit_id: str
    checks_passed: bool


class Notices:
    """The table."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._notices = Table(database, "render_notices", Notice, key="number")

    def add(self, repo: str, branch: str, commit: str, *, checks_passed: bool) -> Notice:
        """Notes a move."""
        values = {
            "repo": repo,
            "branch": branch,
            "commit_id": commit,
            "checks_passed": checks_passed,
        }
        return self._notices.added(**values)

    def take(self, notice: Notice) -> bool:
        """Forgets one, in the transaction that does what it asks; False if somebody else did."""
        return self._notices.drop(notice.number)

    def all(self) -> Sequence[Notice]:
        """Those that nobody took yet, oldest first."""
        return self._notices.where()
