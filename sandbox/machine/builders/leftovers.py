"""Sees to it that what unfinished builds wrote is given back, in a thread of its own."""

import threading

from toolchain.engine.address import BuildkitAddress
from toolchain.engine.builder_leftovers import free_leftovers

_SECONDS = 2.0  # between two tries
_TRIES = 900  # half an hour of builds without a pause; the next one that ends early tries again


class Leftovers:
    """Of one builder."""

    def __init__(self, address: BuildkitAddress) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._looked = False

    def built(self, *, to_the_end: bool) -> None:
        """Has them given back once nobody builds, after a build that was ended before it was done.

        And after the first build: a sandbox that was killed may have left some. Returns at once.
        """
        with self._lock:
            if to_the_end and self._looked:
                return
            self._looked = True
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._free, name="build-leftovers", daemon=True
                )
                self._thread.start()

    def _free(self) -> None:
        pause = threading.Event()
        for _ in range(_TRIES):
            pause.wait(_SECONDS)
            if free_leftovers(self._address):
                return
