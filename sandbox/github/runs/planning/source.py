"""A clone of a commit: what its jobs check out, and what a push changed."""

import hashlib
import os
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sandbox.github.service import GitHubService
from toolchain.cache import remove_tree

NOTHING = "0" * 40  # where a new branch pointed before
_SEPARATOR = "\x1f"
_MOST_COMMITS = 20  # in the event of a push, as on GitHub


class Source:
    """The clone of one commit. Its folder is to be read, and cloned from, only."""

    def __init__(self, folder: Path, commit: str) -> None:
        self.folder = folder
        self.commit = commit

    def message(self) -> str:
        """The commit's message."""
        return self._git("log", "-1", "--format=%B", self.commit) or ""

    def changed(self, before: str) -> Sequence[str] | None:
        """Paths that differ from an older commit, or from the parent; None if that is not known."""
        base = before if before != NOTHING else f"{self.commit}^"
        said = self._git("diff", "--name-only", "--no-renames", "-z", base, self.commit)
        return None if said is None else [path for path in said.split("\0") if path]

    def commits(self, before: str) -> list[dict[str, Any]]:
        """The newest commits of a push, oldest first, as its event has them."""
        span = self.commit if before == NOTHING else f"{before}..{self.commit}"
        form = _SEPARATOR.join(("%H", "%T", "%aI", "%an", "%ae", "%cn", "%ce", "%B"))
        limit = 1 if before == NOTHING else _MOST_COMMITS
        said = self._git("log", f"-{limit}", "-z", f"--format={form}", span) or ""
        found = [_commit(entry.split(_SEPARATOR)) for entry in said.split("\0") if entry.strip()]
        return found[::-1]

    def contains(self, commit: str) -> bool:
        """Whether a commit is an ancestor: a push from there was no forced one."""
        return self._git("merge-base", "--is-ancestor", commit, self.commit) is not None

    def _git(self, *arguments: str) -> str | None:
        """What git prints; None if it refuses."""
        done = subprocess.run(
            ["git", "-c", "safe.directory=*", *arguments],
            check=False,
            cwd=self.folder,
            env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"},
            capture_output=True,
            text=True,
            errors="replace",
        )
        return done.stdout if done.returncode == 0 else None


class Sources:
    """The clones of the commits that have runs, one each. Thread-safe."""

    def __init__(self, folder: Path, repositories: GitHubService) -> None:
        self._folder = folder
        self._repositories = repositories
        self._making = threading.Lock()

    def get(self, repository: str, commit: str) -> Source:
        """The clone of a commit, made if it is not there."""
        place = self._place(repository, commit)
        with self._making:
            if not place.is_dir():
                self._folder.mkdir(parents=True, exist_ok=True)
                partial = Path(tempfile.mkdtemp(dir=self._folder, prefix=".partial-"))
                try:
                    self._repositories.export(repository, commit, partial)
                    partial.rename(place)
                except BaseException:
                    remove_tree(partial)
                    raise
        return Source(place, commit)

    def discard(self, repository: str, commit: str) -> None:
        """Removes the clone: no run needs it."""
        with self._making:
            place = self._place(repository, commit)
            if place.is_dir():
                remove_tree(place)

    def _place(self, repository: str, commit: str) -> Path:
        of = hashlib.sha256(repository.lower().encode()).hexdigest()[:12]
        return self._folder / f"{of}-{commit}"


def _commit(fields: Sequence[str]) -> dict[str, Any]:
    oid, tree, at, author, author_mail, committer, committer_mail, message = fields
    return {
        "id": oid.strip(),
        "tree_id": tree,
        "distinct": True,
        "message": message.rstrip("\n"),
        "timestamp": at,
        "author": {"name": author, "email": author_mail},
        "committer": {"name": committer, "email": committer_mail},
    }
