"""git's own upkeep: loose objects go into packs, once there are many."""

import os
import subprocess
from pathlib import Path

# Objects; git itself would wait for 6700 (gc.auto), of which a clone takes half a second. Packing a
# thousand takes less than a single clone of them.
_LOOSE = 1000
_SAMPLE = "17"  # the folder of objects that git counts too, as one of 256


def needs_packing(repository: Path) -> bool:
    """Whether a bare repository has so many loose objects that all who read it are slowed down."""
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
