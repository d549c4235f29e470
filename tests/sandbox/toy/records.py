"""Notes as the sandbox keeps them."""

from sandbox.store.database import Database

_TABLES = "CREATE TABLE IF NOT EXISTS toy_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL);"


class Notes:
    """All notes. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def add(self, text: str) -> int:
        """Keeps a note and returns its number."""
        with self._database.transaction() as connection:
            row = connection.execute("INSERT INTO toy_notes (text) VALUES (?)", (text,))
            return int(row.lastrowid or 0)

    def all(self) -> list[str]:
        """Every note, oldest first."""
        return [row["text"] for row in self._database.query("SELECT text FROM toy_notes")]
