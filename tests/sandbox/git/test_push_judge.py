"""A push is judged by few programs and in little memory, however many files it brings."""

import io
import os
import subprocess
import sys

import pytest

from sandbox.git.push_judge import contents, new_blobs
from sandbox.github.repositories import push_hook as github_hook
from sandbox.hub.repositories import push_hook
from sandbox.hub.repositories.names import RepoKind

FILES = 200
SIZE = 100_000  # bytes


@pytest.fixture
def commit(tmp_path, monkeypatch) -> str:
    """The head of a repository that nobody has heard of yet, which is the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    lines = ["commit refs/hidden/new", "committer t <t@localhost> 0 +0000", "data 1", "m"]
    for number in range(FILES):
        lines += [f"M 100644 inline f{number}", f"data {SIZE}", f"{number:0{SIZE}}"]
    subprocess.run(["git", "init", "-q", "--bare"], check=True)
    text = "\n".join(lines) + "\n"
    subprocess.run(["git", "fast-import", "--quiet"], input=text.encode(), check=True)
    named = ["git", "rev-parse", "refs/hidden/new"]
    head = subprocess.run(named, check=True, capture_output=True, text=True).stdout.strip()
    # As in the quarantine of a push: the objects are there, and no reference names them.
    subprocess.run(["git", "update-ref", "-d", "refs/hidden/new"], check=True)
    return head


@pytest.fixture
def started(monkeypatch) -> list[object]:
    """The programs that are started from now on."""
    found: list[object] = []

    class Counted(subprocess.Popen):
        def __init__(self, command, *arguments, **options):
            found.append(command)
            super().__init__(command, *arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", Counted)
    return found


def test_two_hundred_files_are_three_programs_and_one_file_at_a_time(commit, started):
    blobs = list(new_blobs([commit]))
    assert len(blobs) == FILES
    read = contents(blobs)
    for blob in blobs:  # each is there before the next is asked for
        assert next(read).decode() == f"{blob.path.removeprefix('f'):0>{SIZE}}"
    assert next(read, None) is None
    assert len(started) == 3


def test_nothing_of_a_push_with_a_file_that_is_too_large_is_read(
    commit, started, monkeypatch, tmp_path, capsys
):
    monkeypatch.setattr("sandbox.hub.repositories.push_rules.REGULAR_SIZE_LIMIT", SIZE - 1)
    for name, value in push_hook.hook_environment(RepoKind.MODEL, tmp_path / "lfs").items():
        monkeypatch.setenv(name, value)
    line = f"{'0' * 40} {commit} refs/heads/main"
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))
    assert push_hook.main() == 1
    assert "larger than" in capsys.readouterr().err
    assert not [each for each in started if "--batch" in each or "blob" in each]


@pytest.mark.parametrize("hook", [github_hook, push_hook])
def test_a_hook_starts_without_what_only_a_server_needs(hook):
    """Each push starts it, and waits for what it imports."""
    listing = f"import sys, {hook.__name__}; print(*sys.modules)"
    asked = [sys.executable, "-c", listing]
    loaded = subprocess.run(asked, check=True, capture_output=True, text=True).stdout.split()
    assert hook.__name__ in loaded
    assert not {"starlette", "asyncio", "pygit2", "docker", "httpx", "pathspec"} & {*loaded}
