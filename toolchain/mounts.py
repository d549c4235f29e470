"""What daemons have mounted below a folder: a killed one leaves it, and no folder goes with it."""

import re
import subprocess
from pathlib import Path

_OCTAL = re.compile(r"\\([0-7]{3})")  # as proc(5) writes what would end a field, a space or more
_DAEMONS_KINDS = frozenset({"overlay", "nsfs"})  # containers' file systems, and their namespaces


def mounted_below(folder: Path, *, daemons_alone: bool = False) -> list[Path]:
    """What daemons mounted at and below a folder, the deepest first; in this mount namespace.

    Args:
        folder: may be absent.
        daemons_alone: nobody else mounts anything there, so whatever is mounted is theirs. Where a
            person may have mounted a disk, it is what only a daemon mounts: containers' file
            systems, their namespaces and shared memory, and folders onto themselves.
    """
    real, found = folder.resolve(), []
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    for line in lines:
        fields, _, (kind, source, *_) = (part.split() for part in line.partition(" - "))
        root, point = (_OCTAL.sub(lambda each: chr(int(each[1], 8)), fields[i]) for i in (3, 4))
        onto_itself = root != "/" and point.endswith(root)
        made = kind in _DAEMONS_KINDS or source == "shm" or onto_itself
        if (made or daemons_alone) and Path(point).is_relative_to(real):
            found.append(Path(point))
    return sorted(found, reverse=True)


def unmount_below(folder: Path, *, daemons_alone: bool = False) -> bool:
    """Unmounts what `mounted_below` names; for folders of daemons that have ended.

    Returns:
        Whether nothing of it is mounted there any more: only then may the folder be removed, since
        removing goes through a mount into what is mounted.
    """
    for point in mounted_below(folder, daemons_alone=daemons_alone):
        subprocess.run(["umount", "--lazy", point], check=False, stderr=subprocess.DEVNULL)
    return not mounted_below(folder, daemons_alone=daemons_alone)
