"""Log lines on their way to the database: many in one transaction, soon after they came.

A line by itself costs as much as thousands: programs that print in a loop would keep everybody else
waiting for the disk.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

_LOG = logging.getLogger(__name__)
_SECONDS = 0.05  # that a line waits at most for others
# Lines at once. Whoever brings more waits for the next time: of programs that print without end ten
# thousand a second are stored, and the database is free for requests most of the time.
_MOST = 500
_IDLE_ROUNDS = 40  # without a line, after which the thread ends

Row = TypeVar("Row")


class LineBatches(Generic[Row]):
    """Collects rows and stores them in the order in which they came. Thread-safe."""

    def __init__(self, store: Callable[[Sequence[Row]], None]) -> None:
        """Collects for one table.

        Args:
            store: writes rows in one transaction.
        """
        self._store = store
        self._rows: list[Row] = []
        self._collecting = threading.Condition()
        self._storing = threading.Lock()
        self._thread: threading.Thread | None = None  # while it works
        self._ending = False

    def add(self, row: Row) -> None:
        """Takes one; it is stored within a moment, or as soon as somebody asks for it."""
        with self._collecting:
            while len(self._rows) >= _MOST:
                self._collecting.wait()
            self._rows.append(row)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="log-lines", daemon=True)
                self._thread.start()

    def flush(self) -> None:
        """Stores what has come; whoever reads calls it first."""
        with self._storing:
            with self._collecting:
                rows, self._rows = self._rows, []
                self._collecting.notify_all()
            if rows:
                self._store(rows)

    def close(self) -> None:
        """Stores what has come and ends the thread; a line that comes later begins another."""
        with self._collecting:
            self._ending, thread = True, self._thread
        if thread is not None:
            thread.join()
        self.flush()
        with self._collecting:
            self._ending = False

    def _work(self) -> None:
        idle = 0
        while True:
            time.sleep(_SECONDS)
            try:
                self.flush()
            except (OSError, sqlite3.Error) as error:  # a full disk, say: what comes next may do
                _LOG.warning("log lines could not be stored: %s", error)
            with self._collecting:
                idle = 0 if self._rows else idle + 1
                if idle > _IDLE_ROUNDS or (idle and self._ending):
                    self._thread = None
                    return
