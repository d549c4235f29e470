"""Which repositories trust which workflows.

The Hub has a page for this, in a repository's settings, and no API; so it is the sandbox's own
command that writes this table.
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.hub.publishing.claim_rules import checked_claims
from sandbox.store.database import Database

GITHUB = "github"  # the one provider there is
_TABLES = """
CREATE TABLE IF NOT EXISTS hub_publishers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL     -- survives a rename
        REFERENCES hub_repositories (uid) ON DELETE CASCADE,
    provider TEXT NOT NULL,      -- who signs what its jobs are
    claims TEXT NOT NULL,        -- JSON: name -> the value it must have
    created_at TEXT NOT NULL,    -- ISO 8601, UTC
    last_used_at TEXT            -- of the last exchange that went well
);
CREATE INDEX IF NOT EXISTS hub_publishers_of ON hub_publishers (repository);
"""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """One publisher that one repository trusts; the fields are the table's columns."""

    id: int
    repository: str
    provider: str
    claims: Mapping[str, str]
    created_at: str
    last_used_at: str | None


class Publishers:
    """All of them. Thread-safe; several processes may read and write.

    Args:
        database: in which the registry of repositories has its table already.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def add(self, repository: str, claims: Mapping[str, str], provider: str = GITHUB) -> Publisher:
        """Lets workflows push to the repository with a uid; raises InvalidClaimsError."""
        checked = checked_claims(claims)
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO hub_publishers (repository, provider, claims, created_at)"
                " VALUES (?, ?, ?, ?)",
                (repository, provider, json.dumps(checked), _now()),
            ).lastrowid
        return next(each for each in self.of(repository) if each.id == number)

    def of(self, repository: str) -> list[Publisher]:
        """Those that a repository trusts, oldest first."""
        return [each for each in self.all() if each.repository == repository]

    def all(self) -> list[Publisher]:
        """Those of every repository, oldest first."""
        rows = self._database.query("SELECT * FROM hub_publishers ORDER BY id")
        return [_publisher(row) for row in rows]

    def remove(self, number: int) -> bool:
        """Trusts one no longer; False if there is none of that number."""
        return bool(self._database.execute("DELETE FROM hub_publishers WHERE id = ?", (number,)))

    def used(self, number: int) -> None:
        """Notes that one was used now."""
        self._database.execute(
            "UPDATE hub_publishers SET last_used_at = ? WHERE id = ?", (_now(), number)
        )


def _publisher(row: sqlite3.Row) -> Publisher:
    return Publisher(**{**dict(row), "claims": json.loads(row["claims"])})


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds")
