"""Disks that are full, read-only or somebody else's: told in a sentence, with a remedy."""

import errno
from collections.abc import Sequence
from pathlib import Path

_NOT_ALLOWED = "Give it back to this user (`chown -R`), or run this as the user it belongs to."
_REMEDIES = {
    errno.ENOSPC: "Free some space on that disk, then run the same command again.",
    errno.EDQUOT: "Free some space within your quota, then run the same command again.",
    errno.EROFS: "Make it writable, or set SLIPWAY_HOME and XDG_CACHE_HOME to folders that are.",
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.EMFILE: "Let this user open more files (`ulimit -n 4096`).",
}


def explain(error: OSError, folders: Sequence[Path]) -> str | None:
    """What to tell a person, or None if the error is no such thing and may be a fault of ours.

    Args:
        error: as the system raised it; it names the file where the call had one.
        folders: which it may be about where it names none.
    """
    remedy = _REMEDIES.get(error.errno or 0)
    if remedy is None:
        return None
    place = error.filename or " or ".join(map(str, folders))
    return f"{place}: {error.strerror}. {remedy}"
