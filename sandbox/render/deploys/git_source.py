"""Git repositories that services are built from: any address that git itself can fetch."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.machine.contract import Check, wanted_to_the_end
from sandbox.render.http.errors import BadRequestError

_SECONDS = 300
_CHECK_SECONDS = 0.1  # between two questions whether the answer is still wanted
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
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}
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

    def fetch(
        self,
        service: str,
        repo: str,
        branch: str,
        commit: str | None,
        check: Check = wanted_to_the_end,
    ) -> Commit:
        """Brings a service's copy up to date and finds the commit, or the newest of the branch.

        Raises:
            Whatever `check` raises, which is asked while a slow address answers nothing.
            SourceError: the repository does not answer, or has no such branch or commit.
        """
        copy = self._folder / f"{service}.git"
        address = self._located(repo)
        # A push and a deploy may fetch at the same time; other services' addresses are their own.
        with self._lock(service, check):
            if not copy.exists():
                self._git("init", "--quiet", "--bare", str(copy))
            fetch = ("fetch", "--quiet", "--prune", "--no-tags", "--", address, _ALL_BRANCHES)
            self._git("-C", str(copy), *fetch, check=check)
        name = f"refs/heads/{branch}" if commit is None else commit
        try:
            shown = ("log", "-1", "--format=%H%n%cI%n%B", "--end-of-options", f"{name}^{{commit}}")
            told = self._git("-C", str(copy), *shown)
        except SourceError:
            what = f"branch {branch!r}" if commit is None else f"commit {commit!r}"
            raise SourceError(f"{what} does not exist in {repo}") from None
        identifier, moment, message = told.split("\n", 2)
        # Whole seconds, as git has them and recorded answers show.
        at = datetime.fromisoformat(moment).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Commit(identifier, message.strip(), at)

    def export(self, service: str, commit: str, target: Path) -> None:
        """Writes the files of a commit that was fetched into an empty folder."""
        copy = self._folder / f"{service}.git"
        archive = target.with_suffix(".tar")
        # The platform clones: what a repository leaves out of its own archives is there.
        attributes = copy / "info" / "attributes"
        attributes.parent.mkdir(exist_ok=True)
        attributes.write_text("* -export-ignore -export-subst\n", encoding="utf-8")
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
        with self._guard:
            self._locks.pop(service, None)

    def _lock(self, service: str, check: Check) -> "_Held":
        with self._guard:
            lock = self._locks.setdefault(service, threading.Lock())
        return _Held(lock, check)

    def _git(self, *arguments: str, check: Check = wanted_to_the_end) -> str:
        environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("GIT_") and name != "SSH_AUTH_SOCK"
        }
        # Neither a prompt, nor the user's own credentials, keys and settings.
        environment |= {
            "HOME": str(self._folder),
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ALLOW_PROTOCOL": "file:http:https:ssh:git",
            "GIT_SSH_COMMAND": f"ssh -F {os.devnull} -i {os.devnull} -o BatchMode=yes",
        }
        with subprocess.Popen(
            ["git", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        ) as git:
            try:
                told, complained = _until_end(git, check)
            except BaseException:
                os.killpg(git.pid, signal.SIGKILL)  # with the helper that talks to the address
                raise
        if git.returncode != 0:
            lines = complained.strip().splitlines()
            raise SourceError(lines[-1] if lines else f"git ended with {git.returncode}")
        return told


class _Held:
    """A lock around work, whose wait ends when `check` raises."""

    def __init__(self, lock: threading.Lock, check: Check) -> None:
        self._lock = lock
        self._check = check

    def __enter__(self) -> None:
        while not self._lock.acquire(timeout=_CHECK_SECONDS):
            self._check()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _until_end(git: subprocess.Popen[str], check: Check) -> tuple[str, str]:
    """What it said on both streams; raises SourceError when its time is over."""
    deadline = time.monotonic() + _SECONDS
    while True:
        try:
            return git.communicate(timeout=_CHECK_SECONDS)
        except subprocess.TimeoutExpired:
            check()
        if time.monotonic() > deadline:
            raise SourceError("git did not end in time")
