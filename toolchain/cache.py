"""The user's cache folder, and the rule by which things get into it: made once, and whole."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_folder() -> Path:
    """Where built tools live: `$XDG_CACHE_HOME/slipway`, or `~/.cache/slipway`; created if absent.

    A relative XDG_CACHE_HOME is ignored, as the XDG specification asks.
    """
    configured = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(configured) if Path(configured).is_absolute() else Path.home() / ".cache"
    folder = base / "slipway"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(
    path: Path, *, shared: bool = False, on_wait: Callable[[], None] | None = None
) -> Iterator[None]:
    """Holds an advisory lock on the file `path`; the kernel drops it when this process dies.

    Args:
        path: the lock file; created if absent and never removed, since removing it would let two
            processes hold locks on two files of the same name.
        shared: several holders of a shared lock may run at once; an exclusive one runs alone.
        on_wait: called once if somebody else holds the lock, before waiting for it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    with path.open("a") as lock_file:
        try:
            fcntl.flock(lock_file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if on_wait is not None:
                on_wait()
            fcntl.flock(lock_file, kind)
        yield


@contextmanager
def locked_if_free(path: Path) -> Iterator[bool]:
    """Takes the lock alone if nobody has it; yields whether it was taken, and never waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock_file:
        try:
            fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def made_once(
    folder: Path, make: Callable[[Path], None], on_wait: Callable[[], None] | None = None
) -> Path:
    """Returns `folder`, made at most once however many processes ask for it at the same time.

    `make` fills a temporary folder beside it, which takes the final name only when `make` returned:
    a folder that exists is whole, and what a killed process left is thrown away by the next one.

    Args:
        folder: the final folder; its name carries the version of what is in it.
        make: fills the folder it is given; what it raises passes through and leaves nothing.
        on_wait: called once if another process is making the same thing.
    """
    if used(folder):
        return folder
    with locked(folder.parent / ".locks" / f"{folder.name}.lock", on_wait=on_wait):
        if folder.is_dir():
            return folder
        partial = folder.parent / f".partial-{folder.name}"
        remove_tree(partial)
        partial.mkdir()
        try:
            make(partial)
            partial.rename(folder)
        finally:
            remove_tree(partial)
    return folder


def used(folder: Path) -> bool:
    """Whether a version is there; marks it as used now, so that it is not taken for an old one."""
    try:
        os.utime(folder)
    except FileNotFoundError:
        return False
    except OSError:  # somebody else's, to be read only
        return folder.is_dir()
    return True


def remove_tree(folder: Path) -> None:
    """Removes a folder with everything in it, read-only folders too; absent is success."""
    if not folder.exists():
        return
    # Go's module cache consists of read-only folders, out of which nobody but root removes files.
    for parent, _, _ in os.walk(folder):
        Path(parent).chmod(0o700)
    shutil.rmtree(folder)
