"""GitHub's own command line tool: the one on PATH, else the distribution's package, unpacked."""

import shutil
import subprocess
from pathlib import Path

from toolchain.cache import cache_folder, made_once


def find_gh() -> str | None:
    """The program's path, fetched once into the cache where apt has it; None where there is none.

    The package is only unpacked: nothing is installed on this machine, and no root is needed.
    """
    on_path = shutil.which("gh")
    if on_path is not None:
        return on_path
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None
    try:
        return str(made_once(cache_folder() / "gh", _unpack) / "usr" / "bin" / "gh")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError):
        return None


def _unpack(folder: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)

    run("apt-get", "download", "-q", "gh")
    [package] = folder.glob("gh_*.deb")
    run("dpkg-deb", "--extract", package.name, ".")
    package.unlink()
