"""How much of this machine's memory one container may take, whatever its platform promises."""

import os

_SHARE = 0.75  # the rest keeps the sandbox, the engine and the other apps alive


def most_memory() -> int:
    """The largest limit of a container, in bytes."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return int(machine * _SHARE)
