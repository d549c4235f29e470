"""Which repositories trust which workflows.

The Hub has a page for this, in a repository's settings, and no API; so it is the sandbox's own
command that writes this table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.hub.publishing.claim_rules import checked_claims
from sandbox.store.database import Database
from sandbox.store.table import Table

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
        database.create(_TABLES)
        self._publishers = Table(database, "hub_publishers", Publisher)

    def add(self, repository: str, claims: Mapping[str, str], provider: str = GITHUB) -> Publisher:
        """Lets workflows push to the repository with a uid; raises InvalidClaimsError."""
        return self._publishers.added(
            repository=repository,
            provider=provider,
            claims=checked_claims(claims),
            created_at=_now(),
        )

    def of(self, repository: str) -> list[Publisher]:
        """Those that a repository trusts, oldest first."""
        return self._publishers.where("repository = ?", repository)

    def all(self) -> list[Publisher]:
        """Those of every repository, oldest first."""
        return self._publishers.where()

    def remove(self, number: int) -> bool:
        """Trusts one no longer; False if there is none of that number."""
        return self._publishers.drop(number)

    def used(self, number: int) -> None:
        """Notes that one was used now."""
        self._publishers.set(number, last_used_at=_now())


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds")
