"""The sandbox's one SQLite file: everything that is not a git repository or an image."""

import errno
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakSet

from sandbox.store.migrations import migrate, reached, store_of

# What SQLite says of a disk, in the system's words, which are told to people with a remedy.
_DISK_ERRORS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
}


class _Held:
    """A thread's connection, closed with the thread.

    Left to itself a connection is in a cycle that waits for the collector, and a server of many
    short threads has hundreds of files open meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self.in_use = threading.RLock()  # another thread's statement must not be closed under it
        self.connection = sqlite3.connect(
            path, timeout=30, isolation_level=None, check_same_thread=False
        )
        self.connection.row_factory = sqlite3.Row
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.execute("PRAGMA foreign_keys = ON")

    def close(self) -> None:
        with self.in_use:
            self.connection.close()

    def __del__(self) -> None:
        if hasattr(self, "connection"):  # the file may be one that can't be opened
            self.connection.close()


class Database:
    """One file, one connection per thread, written in short transactions."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._local = threading.local()
        self._held: WeakSet[_Held] = WeakSet()  # of all threads that live
        self._holding = threading.Lock()

    def close(self) -> None:
        """Closes the file in all threads; whoever asks again opens it again.

        For the end of a sandbox: a thread that lives on, as this program's main one, would keep
        its connection open.
        """
        with self._holding:
            held, self._local = list(self._held), threading.local()
            self._held.clear()
        for each in held:
            each.close()

    def _own(self) -> _Held:
        """This thread's connection."""
        own: _Held | None = getattr(self._local, "held", None)
        if own is None:
            own = _Held(self.path)
            with self._holding:
                self._local.held = own
                self._held.add(own)
        return own

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        """This thread's connection, which nobody closes inside.

        What goes wrong with the disk is raised as an OSError that names the file.
        """
        own = self._own()
        with own.in_use:
            try:
                yield own.connection
            except sqlite3.OperationalError as error:
                code = getattr(error, "sqlite_errorcode", 0)
                number = _DISK_ERRORS.get(code & 0xFF)  # the other bytes hold details
                if number is None:
                    raise
                raise OSError(number, os.strerror(number), str(self.path)) from error

    def create(self, *migrations: str) -> None:
        """Makes a store's tables, or brings those of an older version up to date.

        Args:
            migrations: the store's, number 1 (`CREATE TABLE IF NOT EXISTS …`) first.

        Raises:
            NewerStateError: a newer version of the sandbox wrote them.
        """
        with self._connection() as connection:
            if reached(connection, store_of(migrations[0])) == len(migrations):
                return
        with self.transaction() as connection:
            migrate(connection, migrations, str(self.path))

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[sqlite3.Row]:
        """Reads rows."""
        with self._connection() as connection:
            return connection.execute(sql, parameters).fetchall()

    def execute(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """Runs one writing statement in a transaction of its own; how many rows it touched."""
        with self._connection() as connection:
            return connection.execute(sql, parameters).rowcount

    def insert(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The same for one that adds a row; its number."""
        with self._connection() as connection:
            return int(connection.execute(sql, parameters).lastrowid or 0)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Several statements, all or none; the write lock is taken at once.

        Inside another one of the same thread it is a part of that: it may fail alone, but is kept
        only with the whole. Whoever takes locks too takes them first.
        """
        with self._connection() as connection:
            inner, waiting = connection.in_transaction, self._waiting()
            known = len(waiting)
            connection.execute("SAVEPOINT inner_part" if inner else "BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("RELEASE inner_part" if inner else "COMMIT")
            except BaseException:
                del waiting[known:]
                if connection.in_transaction:  # on a full disk SQLite has rolled back by itself
                    if inner:
                        connection.execute("ROLLBACK TO inner_part")
                    connection.execute("RELEASE inner_part" if inner else "ROLLBACK")
                raise
        if not inner:
            calls = list(waiting)
            waiting.clear()
            for call in calls:
                call()

    def after_commit(self, call: Callable[[], object]) -> None:
        """Calls once what this thread has written is kept: now, if it is in no transaction."""
        if self._own().connection.in_transaction:
            self._waiting().append(call)
        else:
            call()

    def _waiting(self) -> list[Callable[[], object]]:
        """What is to be called when this thread's transaction is over."""
        waiting: list[Callable[[], object]] | None = getattr(self._local, "waiting", None)
        if waiting is None:
            waiting = self._local.waiting = []
        return waiting
