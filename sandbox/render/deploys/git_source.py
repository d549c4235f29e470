"""Git repositories that services are built from: any address that git itself can fetch."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sandbox.render.http.errors import BadRequestError
from sandbox.render.http.ids import written

_SECONDS = 300
_ALL_BRANCHES = "+refs/heads/*:refs/heads/*"


class SourceError(Exception):
    """A repository, branch or commit cannot be had; the message says which."""


@dataclass(frozen=True)
class Commit:
    """One commit."""

    id: str
    message: str
    at: str


class GitSource:
    """Fetches repositories into bare ones of its own and takes trees out of them."""

    def __init__(self, folder: Path, located: Callable[[str], str]) -> None:
        """Uses `folder`; `located` says where a repository's public address leads to here."""
        self._folder = folder
        self._located = located
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def branch(self, repo: str, wanted: str | None) -> str:
        """The branch, or the default one; raises BadRequestError if it cannot be read."""
        try:
            told = self._git("ls-remote", "--symref", "--", self._located(repo))
        except SourceError:
            raise BadRequestError(f"unfetchable: {repo}") from None
        if wanted is not None:
            if f"refs/heads/{wanted}" not in told.split():
                raise BadRequestError(f"branch {wanted!r} does not exist in {repo}")
            return wanted
        for line in told.splitlines():
            if line.startswith("ref: refs/heads/"):
                return line.split()[1].removeprefix("refs/heads/")
        raise BadRequestError(f"{repo} has no default branch: name one")

    def fetch(self, service: str, repo: str, branch: str, commit: str | None) -> Commit:
        """Brings a service's copy up to date and finds the commit, or the newest of the branch.

        Raises:
            SourceError: the repository does not answer, or has no such branch or commit.
        """
        copy = self._folder / f"{service}.git"
        address = self._located(repo)
        with self._lock:  # a push and a deploy may fetch the same repository at the same time
            if not copy.exists():
                self._git("init", "--quiet", "--bare", str(copy))
            fetch = ("fetch", "--quiet", "--prune", "--no-tags", "--", address, _ALL_BRANCHES)
            self._git("-C", str(copy), *fetch)
        name = f"refs/heads/{branch}" if commit is None else commit
        try:
            shown = ("log", "-1", "--format=%H%n%cI%n%B", "--end-of-options", f"{name}^{{commit}}")
            told = self._git("-C", str(copy), *shown)
        except SourceError:
            what = f"branch {branch!r}" if commit is None else f"commit {commit!r}"
            raise SourceError(f"{what} does not exist in {repo}") from None
        identifier, moment, message = told.split("\n", 2)
        return Commit(identifier, message.strip(), written(datetime.fromisoformat(moment)))

    def export(self, service: str, commit: str, target: Path) -> None:
        """Writes the files of a commit that was fetched into an empty folder."""
        copy = self._folder / f"{service}.git"
        archive = target.with_suffix(".tar")
        try:
            self._git("-C", str(copy), "archive", "--format=tar", f"--output={archive}", commit)
            target.mkdir(parents=True, exist_ok=True)
            subprocess.run(
                ["tar", "-x", "-f", str(archive), "-C", str(target)],
                check=True,
                capture_output=True,
                timeout=_SECONDS,
            )
        finally:
            archive.unlink(missing_ok=True)

    def changed_paths(self, service: str, old: str, new: str) -> list[str]:
        """The paths in which two fetched commits differ."""
        copy = self._folder / f"{service}.git"
        return self._git("-C", str(copy), "diff", "--name-only", "-z", old, new).split("\0")[:-1]

    def forget(self, service: str) -> None:
        """Removes a service's copy."""
        shutil.rmtree(self._folder / f"{service}.git", ignore_errors=True)

    @staticmethod
    def _git(*arguments: str) -> str:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("GIT_")
        }
        # Neither a prompt, nor the user's own credentials and settings.
        environment |= {
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file:http:https:ssh:git",
        }
        try:
            ended = subprocess.run(
                ["git", *arguments],
                env=environment,
                check=False,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                stdin=subprocess.DEVNULL,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise SourceError("git did not end in time") from None
        if ended.returncode != 0:
            lines = ended.stderr.strip().splitlines()
            raise SourceError(lines[-1] if lines else f"git ended with {ended.returncode}")
        return ended.stdout
