"""A GitHub per test, and working copies to push from."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sandbox.github.gh_program import GhTool, find_gh
from tests.sandbox.github.live import LiveGitHub, live_github


class Clone:
    """A working copy; `git(...)` returns what git printed, `push(...)` what it said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        quiet = {
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        who = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        return subprocess.run(
            ["git", "-C", str(self.folder), *who, *arguments],
            env={**kept, **quiet},
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def git(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self, path: str = "file.txt", content: str = "one", message: str = "test") -> str:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def refused(self, *arguments: str) -> str:
        """What a push that must fail says."""
        done = self.run("push", *arguments)
        assert done.returncode != 0, done.stderr
        return done.stderr


@pytest.fixture
def gh(tmp_path) -> Iterator[LiveGitHub]:
    with live_github(tmp_path / "sandbox") as live:
        yield live


@pytest.fixture
def repository(gh) -> str:
    """A repository with one file on `main`."""
    return gh.repository("one", {"README.md": "# one\n"})


@pytest.fixture
def clone(gh, repository, tmp_path) -> Clone:
    """A working copy of it."""
    made = Clone(tmp_path / "clone")
    made.folder.mkdir()
    made.git("clone", "--quiet", gh.git_url(repository.partition("/")[2]), ".")
    return made


@pytest.fixture(scope="session")
def gh_program() -> str:
    """The path of GitHub's own command line."""
    found = find_gh()
    if found is None:
        pytest.skip("no `gh` on PATH, and apt knows none")
    return found


@pytest.fixture
def gh_tool(gh, gh_program, tmp_path) -> GhTool:
    """`gh` against this test's GitHub."""
    return GhTool(gh_program, gh.url, gh.token, tmp_path)
