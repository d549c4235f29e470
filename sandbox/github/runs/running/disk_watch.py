"""Ends a job before the disk is full: no engine limits what a container may write on every disk."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

RESERVE = 2 * 1024**3  # bytes that stay free: of what a job writes in two looks, and for the rest
_LOOK_SECONDS = 1.0
_SHARE = 0.5  # of what was free when a job began, which it may leave where that was little


class DiskWatch:
    """Looks once a second, in a thread, while it is entered."""

    def __init__(self, folder: Path, short: Callable[[int], None]) -> None:
        """Takes what it looks at.

        Args:
            folder: on the disk.
            short: called once, with the bytes that are free, when that is less than the reserve.
        """
        self._folder = folder
        self._short = short
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="disk-watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        began = shutil.disk_usage(self._folder).free
        while not self._over.wait(_LOOK_SECONDS):
            free = shutil.disk_usage(self._folder).free
            # A disk that was as good as full before is not this job's doing.
            if free < min(RESERVE, began * _SHARE):
                self._short(free)
                return
