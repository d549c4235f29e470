"""Reads what jobs wrote where this sandbox looks: a link there would lead out of what a job sees.

Every folder on the way is opened by its own descriptor, so that nothing is won by putting a link in
its place between the look and the reading.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK  # a pipe would be waited for


@dataclass(frozen=True)
class WrittenFile:
    """A plain file below a folder, open for reading."""

    path: str  # below the folder, with "/"
    size: int  # bytes
    descriptor: int

    def chunks(self, most: int = 1024 * 1024) -> Iterator[bytes]:
        """Its content."""
        while chunk := os.read(self.descriptor, most):
            yield chunk


def written_files(folder: Path) -> Iterator[WrittenFile]:
    """The plain files below a folder, by name; each is open until the next one is asked for."""
    for parent, folders, names, at in os.fwalk(folder, follow_symlinks=False):
        folders.sort()
        below = Path(parent).relative_to(folder)
        for name in sorted(names):
            opened = _opened(name, at)
            if opened is None:
                continue
            try:
                yield WrittenFile((below / name).as_posix(), os.fstat(opened).st_size, opened)
            finally:
                os.close(opened)


def read_written(path: Path, most: int) -> str | None:
    """The text of a plain file in a folder of ours; None if it is another thing, or too large.

    Args:
        path: in a folder that itself is none a job could replace.
        most: bytes.
    """
    opened = _opened(str(path), None)
    if opened is None:
        return None
    with os.fdopen(opened, "rb") as file:
        content = file.read(most + 1)
    return None if len(content) > most else content.decode("utf-8", errors="replace")


def _opened(name: str, folder: int | None) -> int | None:
    try:
        opened = os.open(name, _PLAIN, dir_fd=folder)
    except OSError:
        return None
    if stat.S_ISREG(os.fstat(opened).st_mode):
        return opened
    os.close(opened)
    return None
