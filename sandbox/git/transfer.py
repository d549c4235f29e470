"""Brings objects and references from one repository of a sandbox into another."""

import os
import subprocess
from pathlib import Path


def fetch(into: Path, source: Path, *refspecs: str) -> None:
    """Fetches what refspecs name, such as `+refs/heads/*:refs/heads/*`; raises CalledProcessError.

    A user's own settings of git play no part.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(
        [*("git", "-C", str(into), "fetch", "--quiet", "--no-tags", str(source)), *refspecs],
        env=environment,
        check=True,
        capture_output=True,
    )
