"""One worker per Space, different Spaces side by side; no request for work is ever lost."""

import logging
import threading
from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Workers:
    """Starts a thread for a Space that has work, and never two for the same one."""

    def __init__(self, work: Callable[[int], None]) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._awake: set[int] = set()  # Spaces whose worker has to look at their row (again)
        self._threads: dict[int, threading.Thread] = {}
        self._closed = False

    def wake(self, space: int) -> None:
        """Lets the Space's worker look at its row, now or as soon as it has finished a look."""
        with self._lock:
            if self._closed:
                return
            self._awake.add(space)
            if space in self._threads:
                return
            thread = threading.Thread(
                target=self._run, args=(space,), name=f"space-{space}", daemon=True
            )
            self._threads[space] = thread
            thread.start()

    def close(self, timeout: float) -> bool:
        """Waits for running workers, `timeout` seconds each; False if one does not end."""
        with self._lock:
            self._closed = True
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(timeout)
        return not any(thread.is_alive() for thread in threads)

    def _run(self, space: int) -> None:
        while True:
            with self._lock:
                if space not in self._awake:
                    # Under the same lock as `wake`: a wake-up comes before this or finds no thread.
                    del self._threads[space]
                    return
                self._awake.discard(space)
            try:
                self._work(space)
            except Exception:  # noqa: BLE001 - the thread must be able to take the next request
                _LOG.exception("worker of Space %s", space)
