"""Branches that moved and were not looked at yet: what a push brings about survives a kill."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.store.database import Database

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
        self._database = database
        database.create(_TABLES)

    def add(self, repo: str, branch: str, commit: str, *, checks_passed: bool) -> Notice:
        """Notes a move."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO render_notices (repo, branch, commit_id, checks_passed)"
                " VALUES (?, ?, ?, ?)",
                (repo, branch, commit, checks_passed),
            )
            return Notice(
                number=int(cursor.lastrowid or 0),
                repo=repo,
                branch=branch,
                commit_id=commit,
                checks_passed=checks_passed,
            )

    def take(self, notice: Notice) -> bool:
        """Forgets one, in the transaction that does what it asks; False if somebody else did."""
        numbered = "DELETE FROM render_notices WHERE number = ?"
        return self._database.execute(numbered, (notice.number,)) == 1

    def all(self) -> Sequence[Notice]:
        """Those that nobody took yet, oldest first."""
        rows = self._database.query("SELECT * FROM render_notices ORDER BY number")
        return [
            Notice(**{**dict(row), "checks_passed": bool(row["checks_passed"])}) for row in rows
        ]
