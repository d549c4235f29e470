"""What the registries of all platforms with git do alike: folders, locks, and starting clean."""

import os
import shutil
import threading
import uuid
from collections.abc import Hashable
from fnmatch import fnmatch
from pathlib import Path

# What a process that was killed while it wrote leaves behind; git takes locks for those of others.
_HALF_WRITTEN = ("*.lock", "tmp_objdir-*", "incoming-*", "tmp_pack_*", "tmp_obj_*")


class RepositoryFolders:
    """Where the data of repositories lie, and who may write there at a time. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "repositories"
        self._folder.mkdir(parents=True, exist_ok=True)
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

    def recover(self) -> None:
        """Removes what killed writers left; to be called by the one server, before it serves.

        A lock file that nobody holds would make its reference unwritable for good.
        """
        for folder, folders, files in os.walk(self._folder):
            for name in [*folders, *files]:
                if any(fnmatch(name, pattern) for pattern in _HALF_WRITTEN):
                    left = Path(folder, name)
                    if name in files:
                        left.unlink(missing_ok=True)
                    else:
                        shutil.rmtree(left, ignore_errors=True)
                        folders.remove(name)
