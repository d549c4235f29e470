"""What all builds together may take of this machine: a control group around their steps."""

import os
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_MEMORY_SHARE = 0.75  # of the machine's; the rest is for the sandbox and the apps that run
_PROCESSES = 8192  # a fork bomb ends here; four parallel builds of large programs take hundreds


def limit_builds(name: str, root: Path = _ROOT) -> str | None:
    """Makes the control group under which builds' steps get theirs, with its limits.

    Args:
        name: of the group; another user of BuildKit on this machine has another.
        root: where the kernel shows control groups.

    Returns:
        `name`, or None where this process may make no such group: builds have no limits then.
    """
    memory = int(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * _MEMORY_SHARE)
    try:
        if (root / "cgroup.controllers").is_file():  # version 2
            (root / "cgroup.subtree_control").write_text("+memory +pids", encoding="ascii")
            group = root / name
            group.mkdir(exist_ok=True)
            (group / "memory.max").write_text(str(memory), encoding="ascii")
            (group / "pids.max").write_text(str(_PROCESSES), encoding="ascii")
        else:
            for controller, file, value in (
                ("memory", "memory.limit_in_bytes", memory),
                ("pids", "pids.max", _PROCESSES),
            ):
                group = root / controller / name
                group.mkdir(exist_ok=True)
                (group / file).write_text(str(value), encoding="ascii")
    except OSError:
        return None
    return name
