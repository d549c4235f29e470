"""Takes old versions out of the cache folder: what no checkout has used for long."""

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from toolchain.cache import cache_folder, locked_if_free, remove_tree

DAYS = 30
_DAY = 86_400.0  # seconds
# A folder that is made once: what it is, and its version, with which it is never changed.
_VERSIONED = re.compile(
    r"(?P<what>[a-z][a-z-]*?)-(?:[a-z]+-)?(?:[0-9a-f]{12,16}|\d+(?:\.\d+)+)"
    r"|(?P<release>\d+(?:\.\d+)+)(?:-built-[0-9a-f]{12})?"
)
_WHERE = (".", "built", "pulumi")  # folders of the cache that hold such


def remove_old_versions(days: float = DAYS, processes: Path = Path("/proc")) -> Iterator[Path]:
    """Removes versions that nobody has asked for in so many days, and names each.

    The one of its kind that was asked for last stays, and so does what a process runs from.

    Args:
        days: without being asked for; whoever asks for a version marks it (`toolchain.cache.used`).
        processes: where the kernel shows what runs.
    """
    oldest = time.time() - days * _DAY
    for place in (cache_folder() / each for each in _WHERE):
        for _, found in groupby(sorted(_versions(place)), key=lambda each: each[0]):
            *others, _newest = sorted(found, key=lambda each: _asked(each[1]))
            for _, folder in others:
                if _asked(folder) < oldest and not _is_run(folder, processes):
                    yield from _remove(folder, oldest)


def _versions(place: Path) -> Iterator[tuple[str, Path]]:
    """(what it is, its folder) for each version."""
    if not place.is_dir():
        return
    for folder in place.iterdir():
        matched = _VERSIONED.fullmatch(folder.name)
        if matched is not None and folder.is_dir() and not folder.is_symlink():
            yield matched["what"] or "", folder


def _asked(folder: Path) -> float:
    """When it was last asked for."""
    try:
        return folder.stat().st_mtime
    except OSError:
        return time.time()


def _is_run(folder: Path, processes: Path) -> bool:
    """Whether a process was started from a folder, or is told of it."""
    name = f"{folder}/".encode()
    for process in processes.glob("[0-9]*"):
        with suppress(OSError):
            if name in (process / "cmdline").read_bytes():
                return True
        with suppress(OSError):
            if str((process / "exe").readlink()).startswith(f"{folder}/"):
                return True
    return False


def _remove(folder: Path, oldest: float) -> Iterator[Path]:
    """Takes one away as it came: whoever asks meanwhile waits, and makes it anew."""
    with locked_if_free(folder.parent / ".locks" / f"{folder.name}.lock") as taken:
        if not taken or _asked(folder) >= oldest:
            return
        partial = folder.parent / f".partial-{folder.name}"
        remove_tree(partial)
        folder.rename(partial)
        remove_tree(partial)
        yield folder
