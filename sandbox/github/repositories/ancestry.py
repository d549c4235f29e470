"""Asks git itself about the history of a bare repository.

libgit2 would not see what a push brings while it is judged: those objects lie in a quarantine that
git's own programs find through the environment.
"""

import os
import subprocess
from pathlib import Path

from sandbox.git.moves import NOTHING


class GitAncestry:
    """Answers for one repository."""

    def __init__(self, repository: Path) -> None:
        self._repository = repository

    def descends(self, new: str, old: str) -> bool:
        """Whether `old` is among the ancestors of `new`."""
        return self._git("merge-base", "--is-ancestor", old, new).returncode == 0

    def has_new_merges(self, new: str, old: str) -> bool:
        """Whether there are merge commits behind `new` that are not behind `old`."""
        known = ["--all"] if old == NOTHING else [old]
        found = self._git("rev-list", "--merges", "--max-count=1", new, "--not", *known)
        return bool(found.stdout.strip())

    def _git(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["git", "-C", str(self._repository), *arguments],
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
            check=False,
            capture_output=True,
            text=True,
        )
