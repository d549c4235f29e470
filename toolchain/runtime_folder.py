"""A short folder for sockets: the kernel takes 107 characters for one's path, containerd 104.

The cache folder may lie anywhere; what is only there while daemons run lies here.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from pathlib import Path

from toolchain.cache import cache_folder
from toolchain.mounts import unmount_below

SOCKET_LIMIT = 104  # characters; containerd's own, below the kernel's
_RUN = Path("/run")


def runtime_folder(run: Path = _RUN, *, create: bool = True) -> Path:
    """The folder of this user's cache folder: private to its owner, the same at each call.

    Root's lies in /run, since a login's own runtime folder goes with the login and daemons stay.
    Others have theirs in $XDG_RUNTIME_DIR or, where there is none, under a name in the temporary
    folder that nobody could foresee and make first.

    Args:
        run: where root's folders of running programs lie.
        create: whether it is made to exist; False where it is only looked at.

    Raises:
        PermissionError: something else is at its place.
    """
    name = f"slipway-{hashlib.sha256(str(cache_folder().resolve()).encode()).hexdigest()[:8]}"
    base = run if os.geteuid() == 0 else Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    if base.is_absolute() and _is_ours_to_fill(base):
        folder = base / name
        if create:
            folder.mkdir(mode=0o700, exist_ok=True)
        if os.path.lexists(folder) and not _is_private(folder):
            raise PermissionError(13, "belongs to somebody else or is open to others", str(folder))
        return folder
    return _drawn(create=create)


def remove_runtime_folder() -> None:
    """Removes the folder with what daemons that ended left in it; none of them may be running."""
    folder = runtime_folder(create=False)
    if unmount_below(folder, daemons_alone=True):
        shutil.rmtree(folder, ignore_errors=True)


def _drawn(*, create: bool) -> Path:
    """A folder under a name drawn once; the cache folder, which is ours, remembers it."""
    record = cache_folder() / "runtime-folder"
    if record.is_file():
        known = Path(record.read_text(encoding="utf-8"))
        if known.is_dir() and _is_private(known):
            return known
    if not create:
        return Path(tempfile.gettempdir()) / "slipway-nothing-drawn-yet"
    folder = Path(tempfile.mkdtemp(prefix="slipway-"))
    if len(str(folder)) > SOCKET_LIMIT // 2:  # TMPDIR may be as long as the cache folder
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix="slipway-", dir="/tmp"))
    partial = record.with_suffix(f".{os.getpid()}")
    partial.write_text(str(folder), encoding="utf-8")
    partial.rename(record)
    return folder


def _is_private(folder: Path) -> bool:
    """Whether it is a real folder of ours that nobody else may enter."""
    found = folder.lstat()
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IRWXG | stat.S_IRWXO)
    )


def _is_ours_to_fill(base: Path) -> bool:
    """Whether only we can make things in it: then what is in it under our name is ours."""
    try:
        found = base.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.geteuid()
        and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
        and os.access(base, os.W_OK)
    )
