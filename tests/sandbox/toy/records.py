"""Notes as the sandbox keeps them."""

from dataclasses import dataclass

from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = "CREATE TABLE IF NOT EXISTS toy_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"


@dataclass(frozen=True)
class Note:
    """One note."""

    id: int
    text: str


class Notes:
    """All notes. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._notes = Table(database, "toy_notes", Note)

    def add(self, text: str) -> int:
        """Keeps a note and returns its number."""
        return self._notes.add(text=text)

    def all(self) -> list[str]:
        """Every note, oldest first."""
        return [each.text for each in self._notes.where()]
