"""What is mounted below a folder of ours: a killed daemon leaves it, and no folder goes with it."""

import re
import subprocess
from pathlib import Path

_OCTAL = re.compile(r"\\([0-7]{3})")  # as proc(5) writes what would end a field, a space or more


def mounted_below(folder: Path) -> list[Path]:
    """The mount points at and below a folder, the deepest first; of this mount namespace."""
    lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    points = (
        Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), line.split()[4])) for line in lines
    )
    real = folder.resolve()
    return sorted((each for each in points if each.is_relative_to(real)), reverse=True)


def unmount_below(folder: Path) -> bool:
    """Unmounts all of it; for folders of daemons that have ended.

    Returns:
        Whether nothing is mounted there any more: only then may the folder be removed, since
        removing goes through a mount into what is mounted.
    """
    for point in mounted_below(folder):
        subprocess.run(["umount", "--lazy", point], check=False, stderr=subprocess.DEVNULL)
    return not mounted_below(folder)
