"""Which repositories somebody is moving references of: what is not announced is after a restart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS github_pending_moves (
    repository INTEGER PRIMARY KEY REFERENCES github_repositories (id) ON DELETE CASCADE,
    login TEXT NOT NULL,         -- who moves
    refs TEXT NOT NULL,          -- JSON: every reference and where it was before
    told TEXT                    -- likewise, as runs and followers were told; NULL: not yet
);
"""


@dataclass(frozen=True)
class PendingMoves:
    """A row: moves that are under way, or were when the sandbox was killed."""

    repository: int
    login: str
    refs: Mapping[str, str]
    told: Mapping[str, str] | None


class Pending:
    """The table. A repository's row is written by who holds its lock."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._moves = Table(database, "github_pending_moves", PendingMoves, key="repository")

    def begin(self, repository: int, login: str, refs: Mapping[str, str]) -> Mapping[str, str]:
        """Notes that references are about to move; where they were when last announced.

        That is before now if a former move could not be announced.
        """
        self._database.execute(
            "INSERT INTO github_pending_moves (repository, login, refs) VALUES (?, ?, ?)"
            " ON CONFLICT (repository) DO UPDATE SET login = excluded.login",
            (repository, login, json.dumps(dict(refs))),
        )
        found = self._moves.get(repository)
        return found.refs if found.told is None else found.told

    def tell(self, repository: int, refs: Mapping[str, str]) -> None:
        """Runs and followers know of that; to be called in the transaction that tells them."""
        self._moves.set(repository, told=refs)

    def end(self, repository: int) -> None:
        """Everybody was told."""
        self._moves.drop(repository)

    def all(self) -> Sequence[PendingMoves]:
        """What is under way."""
        return self._moves.where()
