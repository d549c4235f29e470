"""git on this checkout and on a repository of the Hub; the token stands in no command line."""

import base64
import os
import subprocess
from pathlib import Path

_SECONDS = 300


class GitError(Exception):
    """git refused; the message is its own."""


class Git:
    """git in one folder of a checkout, with credentials for one Hub."""

    def __init__(self, folder: Path, endpoint: str, user: str, token: str) -> None:
        """Names folder and credentials.

        Args:
            folder: of the checkout; its files are what is deployed.
            endpoint: the Hub; the credentials go there and nowhere else.
            user: whose token it is.
            token: one that may write.
        """
        self._folder, self._hidden = folder, token
        credentials = base64.b64encode(f"{user}:{token}".encode()).decode()
        settings = {
            # By the environment, since command lines can be read by everybody.
            f"http.{endpoint}/.extraHeader": f"Authorization: Basic {credentials}",
            "safe.directory": "*",  # checkouts in containers belong to another user
            "gc.auto": "0",
        }
        self._environment = {
            **os.environ,
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_CONFIG_COUNT": str(len(settings)),
            **{f"GIT_CONFIG_KEY_{at}": key for at, key in enumerate(settings)},
            **{f"GIT_CONFIG_VALUE_{at}": value for at, value in enumerate(settings.values())},
            **{f"GIT_{role}_NAME": user for role in ("AUTHOR", "COMMITTER")},
            **{f"GIT_{role}_EMAIL": f"{user}@localhost" for role in ("AUTHOR", "COMMITTER")},
        }

    def tree(self, commit: str) -> str:
        """The tree of this folder at a commit."""
        prefix = self._run("rev-parse", "--show-prefix").rstrip("/")
        return self._run("rev-parse", f"{commit}:{prefix}")

    def root_tree(self, commit: str) -> str:
        """The tree of a whole commit."""
        return self._run("rev-parse", f"{commit}^{{tree}}")

    def knows(self, name: str) -> bool:
        """Whether there is such a commit."""
        try:
            self._run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        except GitError:
            return False
        return True

    def trees_of(self, branch: str, count: int) -> set[str]:
        """The trees that this folder had at the last commits of a branch that changed it."""
        commits = self._run("rev-list", f"--max-count={count}", branch, "--", ".").split()
        return {self.tree(commit) for commit in [*commits, branch]}

    def fetched(self, remote: str, branch: str) -> str:
        """The head of a remote branch, its files present here afterwards."""
        self._run("fetch", "--quiet", "--no-tags", "--depth=1", remote, f"refs/heads/{branch}")
        return self._run("rev-parse", "FETCH_HEAD")

    def described(self, commit: str) -> str:
        """Short name and title of a commit."""
        return self._run("log", "-1", "--format=%h %s", commit)

    def commit(self, tree: str, parent: str, message: str) -> str:
        """A commit of a tree on top of another commit."""
        return self._run("commit-tree", tree, "-p", parent, "-m", message)

    def push(self, remote: str, commit: str, branch: str) -> None:
        """Pushes without force: what is there and not under the commit is never lost."""
        self._run("push", "--quiet", remote, f"{commit}:refs/heads/{branch}")

    def _run(self, *arguments: str) -> str:
        ended = subprocess.run(
            ["git", *arguments],
            cwd=self._folder,
            env=self._environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
        )
        if ended.returncode:
            said = ended.stderr.strip().replace(self._hidden, "***")
            raise GitError(f"git {arguments[0]}: {said or ended.returncode}")
        return ended.stdout.strip()
