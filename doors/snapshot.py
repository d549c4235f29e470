"""Pushes the checkout, as it stands, to the sandbox's GitHub before a stack is raised.

Spaces get the files of the working tree. What is built from a repository, by Render or a workflow,
must get the same edit, or a change would reach half of the systems. A git repository of our own
looks at the checkout's files: the checkout's index, references, objects and settings stay as they
are.
"""

import base64
import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from doors.home import Home
from doors.namespaces import USER
from sandbox.server.endpoints import github_endpoint
from toolchain.cache import locked

REPOSITORY = f"{USER}/slipway"
BRANCHES: Mapping[str, str] = {"prod": "main"}  # by stack; another stack's is named as the stack
_SECONDS = 300
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # all is on this machine


class SnapshotError(Exception):
    """The snapshot could not be made or pushed; the message says why."""


def push_snapshot(home: Home, stack: str) -> str:
    """Pushes the tracked files with their uncommitted changes to the stack's branch.

    Nothing is pushed while the branch holds these very files.

    Returns:
        One line for people: what was pushed where, or why not.
    """
    with locked(home.folder / "snapshot.lock"):
        try:
            return _Snapshot(home, BRANCHES.get(stack, stack)).push()
        except SnapshotError as error:
            return f"GitHub: {REPOSITORY} does not get this checkout's files: {error}"


def ensure_repository(home: Home) -> str | None:
    """Makes the repository exist, still empty, so that a preview can look at its settings.

    Returns:
        None, or a line for people that says why it could not be made.
    """
    with locked(home.folder / "snapshot.lock"):
        try:
            _Snapshot(home, "").ensure_repository()
        except SnapshotError as error:
            return f"GitHub: {REPOSITORY} could not be made: {error}"
    return None


class _Snapshot:
    def __init__(self, home: Home, branch: str) -> None:
        self._checkout = home.checkout
        self._branch = branch
        self._own = home.folder / "snapshot.git"
        self._index = home.folder / "snapshot.index"
        self._token = home.identity().github_token
        self._url = github_endpoint(home)

    def push(self) -> str:
        """Makes the commit and pushes it."""
        default = self.ensure_repository()
        if not self._own.exists():
            self._git("init", "--quiet", "--bare", str(self._own))
        remote = f"{self._url}/{REPOSITORY}.git"
        self._git("fetch", "--quiet", "--prune", remote, "+refs/heads/*:refs/heads/*")
        tree, what = self._tree()
        head = self._commit_of(self._branch)
        if head is not None and self._tree_of(head) == tree:
            return f"GitHub: {REPOSITORY} {self._branch} holds {what} already ({head[:7]})"
        parent = head or self._commit_of(default)
        if parent is not None and self._tree_of(parent) == tree:
            commit = parent  # a new branch at what another one holds
        else:
            above = () if parent is None else ("-p", parent)
            # Nobody's push: it must not start the pipelines of what was raised before. A person's
            # commit on top of it does.
            message = f"Snapshot of the checkout: {what} [skip ci]"
            commit = self._git("commit-tree", tree, *above, "-m", message).strip()
        self._git("push", "--quiet", remote, f"{commit}:refs/heads/{self._branch}")
        if self._branch == "main" and default != "main":
            self._ask("PATCH", f"/repos/{REPOSITORY}", {"default_branch": "main"})
        return f"GitHub: pushed {what} to {REPOSITORY} {self._branch} ({commit[:7]})"

    # --- the files

    def _tree(self) -> tuple[str, str]:
        """The tree of the files that count, and what it is in words."""
        self._index.unlink(missing_ok=True)
        names = self._tracked()
        what = "the tracked files as they are"
        if names is None:
            # No git repository, as in an unpacked archive: everything that is not ignored.
            others = ("ls-files", "-z", "--others", "--exclude-standard")
            names = self._in_checkout(*others)
            what = "the files that are not ignored"
        try:
            add = ("update-index", "-z", "--add", "--remove", "--stdin")
            self._in_checkout(*add, stdin=names)
            return self._in_checkout("write-tree").strip(), what
        finally:
            self._index.unlink(missing_ok=True)

    def _tracked(self) -> str | None:
        """The names of the checkout's tracked files, each ended by NUL; None if it tracks none."""
        # A checkout inside of somebody else's repository is none of its own.
        if not (self._checkout / ".git").exists():
            return None
        # It may belong to another user, as in containers; looking at names alone is safe.
        trust = ("-c", f"safe.directory={self._checkout}", "-c", "core.fsmonitor=false")
        at = ("-C", str(self._checkout))
        listed = _run(["git", *trust, *at, "ls-files", "-z"], _plain_environment())
        return listed or None

    def _in_checkout(self, *arguments: str, stdin: str = "") -> str:
        """Runs git with our own repository and index over the checkout's files."""
        return self._git(f"--work-tree={self._checkout}", *arguments, stdin=stdin)

    # --- the repository

    def _commit_of(self, branch: str) -> str | None:
        found = self._git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")
        return found.strip() or None

    def _tree_of(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^{{tree}}").strip()

    def ensure_repository(self) -> str:
        """Makes the repository exist and returns its default branch."""
        found = self._ask("GET", f"/repos/{REPOSITORY}")
        if found is None:
            name = REPOSITORY.partition("/")[2]
            description = "What this sandbox was raised from"
            found = self._ask("POST", "/user/repos", {"name": name, "description": description})
        return str((found or {})["default_branch"])

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, Any] | None:
        """One call of the API; None for a 404."""
        request = urllib.request.Request(  # noqa: S310 - the sandbox's own address
            f"{self._url}/api/v3{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            method=method,
        )
        try:
            with _DIRECT.open(request, timeout=_SECONDS) as response:
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            if error.code == 404:  # noqa: PLR2004 - Not Found
                return None
            raise SnapshotError(f"{method} {path} was answered {error.code}") from None
        except OSError as error:
            raise SnapshotError(f"{self._url} does not answer ({error})") from None

    def _git(self, *arguments: str, stdin: str = "") -> str:
        """Runs git on our own repository, alone with its own settings and the token."""
        credentials = base64.b64encode(f"x-access-token:{self._token}".encode()).decode()
        settings = {
            # By the environment, since command lines can be read by everybody.
            f"http.{self._url}/.extraHeader": f"Authorization: Basic {credentials}",
            "http.proxy": "",
            "core.autocrlf": "false",
            "gc.auto": "0",
            "maintenance.auto": "false",
        }
        environment = {
            **_plain_environment(),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_DIR": str(self._own),
            "GIT_INDEX_FILE": str(self._index),
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{at}": key for at, key in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{at}": value for at, value in enumerate(settings.values())},
        }
        for role in ("AUTHOR", "COMMITTER"):
            environment[f"GIT_{role}_NAME"] = USER
            environment[f"GIT_{role}_EMAIL"] = f"{USER}@localhost"
        return _run(["git", *arguments], environment, self._checkout, stdin)


def _plain_environment() -> dict[str, str]:
    """Ours without what a git that runs `make up`, as a hook, wants its children to look at."""
    return {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}


def _run(
    command: list[str], environment: Mapping[str, str], folder: Path | None = None, stdin: str = ""
) -> str:
    try:
        ended = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            input=stdin,
            check=False,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise SnapshotError(f"git did not end in {_SECONDS} seconds") from None
    if ended.returncode != 0:
        lines = [line for line in ended.stderr.splitlines() if line.strip()]
        raise SnapshotError(" ".join(lines) or f"git ended with {ended.returncode}")
    return ended.stdout
