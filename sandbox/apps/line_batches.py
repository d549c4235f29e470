"""Log lines on their way to the database: many in one transaction, soon after they came.

A line by itself costs as much as thousands: programs that print in a loop would keep everybody else
waiting for the disk.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

_LOG = logging.getLogger(__name__)
_SECONDS = 0.05  # that a line waits at most for others
_MOST = 1000  # lines at once; whoever brings the next waits until they are stored
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
        self._collecting = threading.Lock()
        self._storing = threading.Lock()
        self._works = False

    def add(self, row: Row) -> None:
        """Takes one; it is stored within a moment, or as soon as somebody asks for it."""
        with self._collecting:
            self._rows.append(row)
            full = len(self._rows) >= _MOST
            begins, self._works = not self._works, True
        if begins:
            threading.Thread(target=self._work, name="log-lines", daemon=True).start()
        if full:
            self.flush()

    def flush(self) -> None:
        """Stores what has come; whoever reads calls it first."""
        with self._storing:
            with self._collecting:
                rows, self._rows = self._rows, []
            if rows:
                self._store(rows)

    def _work(self) -> None:
        idle = 0
        while True:
            time.sleep(_SECONDS)
            try:
                self.flush()
            except OSError as error:  # of a full disk, say: what comes next is tried again
                _LOG.warning("log lines could not be stored: %s", error)
            with self._collecting:
                idle = 0 if self._rows else idle + 1
                if idle > _IDLE_ROUNDS:
                    self._works = False
                    return
