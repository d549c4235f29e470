"""git's own upkeep: loose objects go into packs, once there are many."""

import os
import subprocess
from pathlib import Path

_LOOSE = 6700  # objects, from which git itself would pack (gc.auto)
_SAMPLE = "17"  # the folder of objects that git counts, as one of 256


def needs_packing(repository: Path) -> bool:
    """Whether git itself would pack a bare repository now, were it let."""
    sample = repository / "objects" / _SAMPLE
    return sample.is_dir() and sum(1 for _ in sample.iterdir()) * 256 > _LOOSE


def pack(repository: Path) -> bool:
    """Packs a bare repository, also one that is written to meanwhile; whether it could be done.

    What nothing leads to yet stays for two weeks.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = ["git", "-C", str(repository), "gc", "--quiet"]
    done = subprocess.run(command, env=environment, check=False, capture_output=True)
    return done.returncode == 0
