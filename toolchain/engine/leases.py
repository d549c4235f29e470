"""Who uses the shared engine: one locked file for each user, which the kernel unlocks at death."""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import IO, Self


class Lease:
    """Says that the process holding it uses the engine, for as long as that process lives.

    The sign is the lock on the file, not the file: a process that is killed cannot remove a file,
    but its locks go with it, and no later process of the same pid can be taken for it.
    """

    def __init__(self, folder: Path) -> None:
        """Takes a lease.

        Args:
            folder: where the leases of one engine lie.
        """
        folder.mkdir(parents=True, exist_ok=True)
        # Not unlinked and re-created by anyone while it is locked: see `live_leases`.
        self._file: IO[str] | None = (folder / f"{os.getpid()}-{os.urandom(4).hex()}.lease").open(
            "x", encoding="utf-8"
        )
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.path = Path(self._file.name)

    def release(self) -> None:
        """Gives the lease back; a second time changes nothing."""
        if self._file is None:
            return
        self.path.unlink(missing_ok=True)
        self._file.close()
        self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def live_leases(folder: Path) -> int:
    """Counts the leases whose holders live, and removes the files of those who do not.

    To be called under the engine's lock: between creating and locking its file a new holder looks
    like a dead one.
    """
    living = 0
    for path in folder.glob("*.lease"):
        # Its holder may be giving it back right now.
        with suppress(FileNotFoundError), path.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                living += 1
            else:
                path.unlink(missing_ok=True)
    return living
