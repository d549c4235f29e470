"""One worker per application, different ones side by side; no request for work is ever lost."""

import logging
import threading
import time
from collections.abc import Callable

_LOG = logging.getLogger(__name__)


class Workers:
    """Starts a thread for an application that has work, and never two for the same one.

    Args:
        work: Called with the application's number; looks what is to be done and does it.
        kind: What the platform calls an application, for names of threads.
    """

    def __init__(self, work: Callable[[int], None], kind: str = "app") -> None:
        self._work = work
        self._kind = kind
        self._lock = threading.Lock()
        self._awake: set[int] = set()  # those whose worker has to look (again)
        self._threads: dict[int, threading.Thread] = {}
        self._closed = False

    def wake(self, number: int) -> None:
        """Lets the application's worker look, now or as soon as it has finished a look."""
        with self._lock:
            if self._closed:
                return
            self._awake.add(number)
            if number in self._threads:
                return
            thread = threading.Thread(
                target=self._run, args=(number,), name=f"{self._kind}-{number}", daemon=True
            )
            self._threads[number] = thread
            thread.start()

    def close(self, timeout: float) -> bool:
        """Waits for running workers, `timeout` seconds in all; False if one does not end."""
        with self._lock:
            self._closed = True
            threads = list(self._threads.values())
        deadline = time.monotonic() + timeout
        for thread in threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in threads)

    def _run(self, number: int) -> None:
        while True:
            with self._lock:
                if number not in self._awake:
                    # Under the same lock as `wake`: a wake-up comes before this or finds no thread.
                    del self._threads[number]
                    return
                self._awake.discard(number)
            try:
                self._work(number)
            except Exception:  # noqa: BLE001 - the thread must be able to take the next request
                _LOG.exception("worker of %s %s", self._kind, number)
