"""Being in another network namespace for a moment."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_CLONE_NEWNET = 0x40000000  # sched.h
_LIBC = ctypes.CDLL(None, use_errno=True)


@contextmanager
def inside(namespace: str | Path) -> Iterator[None]:
    """This thread in another network namespace; sockets made meanwhile stay there."""
    with (
        Path("/proc/thread-self/ns/net").open("rb") as own,
        Path(namespace).open("rb") as other,
    ):
        _enter(other.fileno())
        try:
            yield
        finally:
            _enter(own.fileno())


def _enter(namespace: int) -> None:
    if _LIBC.setns(namespace, _CLONE_NEWNET) != 0:  # os.setns came with Python 3.12
        number = ctypes.get_errno()
        raise OSError(number, f"setns: {os.strerror(number)}")
