"""What runs the jobs of GitHub workflows: `act`, made for trying workflows on one's own machine."""

import re
import shutil
import sys
from pathlib import Path

from toolchain.golang.build import build, find_built
from toolchain.golang.programs import ACT
from toolchain.logged_command import said
from toolchain.progress import Progress

VERSION = ACT.version
_LINUX = "linux"


def find_act() -> Path | None:
    """The `act` on PATH if it is this version, else the one built before; None if there is none."""
    on_path = shutil.which("act")
    if on_path is not None and _version_of(on_path) == VERSION:
        return Path(on_path)
    built = find_built(ACT)
    return None if built is None else built / "act"


def ensure_act(progress: Progress) -> Path:
    """Finds `act` or builds it into the user's cache, once.

    The first workflow run asks for it, not the set-up: who runs no workflow never waits for it.

    Returns:
        The path of the program.

    Raises:
        SetupError: no Go, or a module could not be fetched; the message names the log.
    """
    found = find_act()
    if found is not None:
        return found
    return build(ACT, progress) / "act"


def ensure_linux_act(progress: Progress) -> Path:
    """The same for a container, whatever this machine's own system is; raises SetupError."""
    if sys.platform == _LINUX:
        return ensure_act(progress)
    return build(ACT, progress, system=_LINUX) / "act"


def _version_of(program: str) -> str | None:
    """The version a program says it is; None if it is no act or does not answer."""
    found = re.fullmatch(r"act version (\S+)\s*", said([program, "--version"]) or "")
    return found.group(1) if found else None
