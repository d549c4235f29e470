"""Brings objects and references from one repository of a sandbox into another."""

import os
import subprocess
from pathlib import Path


def fetch(into: Path, source: Path, *refspecs: str) -> None:
    """Fetches what refspecs name, such as `+refs/heads/*:refs/heads/*`; raises CalledProcessError.

    A user's own settings of git play no part.
    """
    _git("-C", str(into), "fetch", "--quiet", "--no-tags", str(source), *refspecs)


def clone_at(source: Path, commit: str, into: Path, *, origin: str) -> None:
    """Clones a repository at a commit into an empty folder; raises CalledProcessError.

    Args:
        source: the repository.
        commit: which its files are of; no branch is checked out.
        into: the folder, which is there.
        origin: the address that the clone knows as the one it came from.
    """
    _git("clone", "--quiet", "--no-hardlinks", "--no-checkout", str(source), str(into))
    _git("-C", str(into), "remote", "set-url", "origin", origin)
    _git("-C", str(into), "checkout", "--quiet", "--detach", commit)


def _git(*arguments: str) -> None:
    """Without what a user has set for git."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], env=environment, check=True, capture_output=True)
