"""How the user's pip reaches its registry: what it says of its own configuration."""

import ast
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_SETTING = re.compile(r"^(?P<section>global|install|:env:)\.(?P<name>[a-z-]+)=(?P<value>.+)$")
_STRONGER = ("global", "install", ":env:")  # pip's own order: what comes later wins
_SECONDS = 30


def pip_command() -> list[str | Path] | None:
    """Starts the pip of this Python, or the one packed with it that makes virtual environments.

    None where there is neither, as on a Debian without python3-venv.
    """
    if importlib.util.find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    for folder in (Path("/usr/share/python-wheels"), *_bundled()):
        for wheel in sorted(folder.glob("pip-*.whl")):
            return [sys.executable, wheel / "pip"]
    return None


def pip_settings(pip: Sequence[str | Path] | None = None) -> dict[str, str]:
    """The settings that hold for an installation, by their long names without dashes in front.

    Args:
        pip: starts it; by default this Python's own.

    Returns:
        Values as they stand, such as {"index-url": "https://…"}; of a list, words between spaces
        or lines. Empty if there are none or there is no pip.
    """
    command = pip if pip is not None else pip_command()
    if command is None:
        return {}
    try:
        listed = subprocess.run(
            [*command, "config", "list"],
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return parse_settings(listed.stdout)


def parse_settings(listed: str) -> dict[str, str]:
    """The same from the output of `pip config list`."""
    found = [match for line in listed.splitlines() if (match := _SETTING.match(line))]
    found.sort(key=lambda match: _STRONGER.index(match["section"]))
    settings = {match["name"]: str(ast.literal_eval(match["value"])).strip() for match in found}
    # A variable's name has no room for the shorter form's meaning: PIP_DEFAULT_TIMEOUT is timeout.
    if "default-timeout" in settings:
        settings["timeout"] = settings.pop("default-timeout")
    return settings


def _bundled() -> list[Path]:
    found = importlib.util.find_spec("ensurepip")
    if found is None or found.origin is None:
        return []
    return [Path(found.origin).parent / "_bundled"]
