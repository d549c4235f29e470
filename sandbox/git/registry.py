"""What the registries of all platforms with git do alike: folders, locks, and starting clean."""

import fcntl
import os
import shutil
import threading
import time
import uuid
from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path

# What a process that was killed while it wrote leaves behind; git takes locks for those of others.
_HALF_WRITTEN = ("*.lock", "tmp_objdir-*", "incoming-*", "tmp_pack_*", "tmp_obj_*")
_WRITERS_SECONDS = 30.0  # a hook may wait for the database for so long
_POLL_SECONDS = 0.02


class RepositoryFolders:
    """Where the data of repositories lie, and who may write there at a time. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "repositories"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._writers = folder / "writers"  # locked by those at work
        self._locks: dict[Hashable, threading.RLock] = {}
        self._guard = threading.Lock()

    def draw(self) -> tuple[str, Path]:
        """The name and the place of a folder for a repository that is about to be created."""
        name = uuid.uuid4().hex
        return name, self.at(name)

    def at(self, name: str) -> Path:
        """A repository's folder."""
        return self._folder / name

    def lock(self, repository: Hashable) -> threading.RLock:
        """What a repository's writers hold, so that commits and their notices keep one order."""
        with self._guard:
            return self._locks.setdefault(repository, threading.RLock())

    def remove(self, path: Path) -> None:
        """Forgets a repository's data."""
        shutil.rmtree(path, ignore_errors=True)

    def recover(self, known: Collection[str]) -> None:
        """Removes what killed writers left; to be called by the one server, before it serves.

        A lock file that nobody holds would make its reference unwritable for good.

        Args:
            known: the folders of the repositories there are. Others were never finished, or are of
                repositories that were being deleted.
        """
        self._await_writers()
        for path in self._folder.iterdir():
            if path.is_dir() and path.name not in known:
                self.remove(path)
        for folder, folders, files in os.walk(self._folder):
            for name in [*folders, *files]:
                if any(fnmatch(name, pattern) for pattern in _HALF_WRITTEN):
                    left = Path(folder, name)
                    if name in files:
                        left.unlink(missing_ok=True)
                    else:
                        shutil.rmtree(left, ignore_errors=True)
                        folders.remove(name)

    @contextmanager
    def receiving(self) -> Iterator[int]:
        """An open file for a git program that writes; as long as it has it, `recover` waits."""
        with self._writers.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            yield file.fileno()

    def _await_writers(self) -> None:
        """Waits for the git programs that outlived a killed server: what they move is seen then."""
        deadline = time.monotonic() + _WRITERS_SECONDS
        with self._writers.open("a") as file:
            while time.monotonic() < deadline:
                with suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return
                time.sleep(_POLL_SECONDS)
