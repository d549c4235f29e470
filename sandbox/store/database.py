"""The sandbox's one SQLite file: everything that is not a git repository or an image."""

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.store.migrations import migrate, reached, store_of


class Database:
    """One file, one connection per thread, written in short transactions."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._local = threading.local()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=30, isolation_level=None)
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._local.connection = connection
        return connection

    def create(self, *migrations: str) -> None:
        """Makes a store's tables, or brings those of an older version up to date.

        Args:
            migrations: the store's, number 1 (`CREATE TABLE IF NOT EXISTS …`) first.

        Raises:
            NewerStateError: a newer version of the sandbox wrote them.
        """
        if reached(self._connection(), store_of(migrations[0])) == len(migrations):
            return
        with self.transaction() as connection:
            migrate(connection, migrations, str(self.path))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Reads rows."""
        return self._connection().execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Runs one writing statement in a transaction of its own; how many rows it touched."""
        return self._connection().execute(sql, parameters).rowcount

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none; the write lock is taken at once."""
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
                connection.execute("ROLLBACK")
            raise
