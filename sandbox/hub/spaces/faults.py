"""Trouble that can be set per Space, for tests of clients that must live with it.

Faults are rows of a table, so they can be set from Python while the sandbox runs:
`service.faults.set("acme/demo", Fault.STALE_POLLS, 3)`.
"""

from enum import StrEnum

from sandbox.store.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS space_faults (
    repo_id TEXT NOT NULL,
    fault TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (repo_id, fault)
);
"""


class Fault(StrEnum):
    """What can go wrong on the real platform, each with the value that it takes."""

    STALE_POLLS = "stale_polls"  # n: after the next commit, n runtime answers still tell the old
    OLDER_COMMIT = "older_commit"  # sha: the next build takes this commit instead of the newest
    STUCK_BUILDING = "stuck_building"  # any: builds do not go on until the fault is cleared
    LOST_COMMIT = "lost_commit"  # any: the next commit starts no build (huggingface_hub#830)
    RESTART_DENIED = "restart_denied"  # any: 401 on restart, hardware, sleeptime (…#4972)


class SpaceFaults:
    """The faults set now."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)

    def set(self, repo_id: str, fault: Fault, value: object = 1) -> None:
        """Sets a fault; it may be set before the Space exists."""
        self._database.execute(
            "INSERT OR REPLACE INTO space_faults VALUES (?, ?, ?)", (repo_id, fault, str(value))
        )

    def clear(self, repo_id: str, fault: Fault) -> None:
        """Ends a fault."""
        self._database.execute(
            "DELETE FROM space_faults WHERE repo_id = ? AND fault = ?", (repo_id, fault)
        )

    def get(self, repo_id: str | None, fault: Fault) -> str | None:
        """The fault's value, or None."""
        rows = self._database.query(
            "SELECT value FROM space_faults WHERE repo_id = ? AND fault = ?", (repo_id, fault)
        )
        return str(rows[0]["value"]) if rows else None

    def take(self, repo_id: str, fault: Fault) -> str | None:
        """The value of a fault that happens once; it is over then."""
        value = self.get(repo_id, fault)
        if value is not None:
            self.clear(repo_id, fault)
        return value
