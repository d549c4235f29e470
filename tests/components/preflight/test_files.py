"""Protects the checks for files: COPY sources, files by name, and what git has not been told of."""

import subprocess

import pytest

from slipway.dockerfile.context import read_context
from slipway.preflight.files import check_committed, check_copy_sources, check_present


def test_copy_sources(tmp_path):
    (tmp_path / "there.py").write_text("")
    (tmp_path / "Dockerfile").write_text("FROM x\nCOPY there.py gone.py /\n")
    [found] = check_copy_sources("app", read_context(tmp_path))
    assert "copies gone.py" in found.problem
    assert found.severity.value == "error"
    assert check_copy_sources("app", read_context(tmp_path), stages=[]) == []
    (tmp_path / "gone.py").write_text("")
    assert check_copy_sources("app", read_context(tmp_path)) == []


def test_files_by_name(tmp_path):
    (tmp_path / "there.txt").write_text("")
    (tmp_path / "folder").mkdir()
    found = check_present("app", tmp_path, ["there.txt", "folder", "gone.txt"])
    assert [each.problem.split()[0] for each in found] == ["folder", "gone.txt"]


@pytest.fixture
def repository(tmp_path):
    def git(*words):
        who = ["-c", "user.name=a", "-c", "user.email=a@b"]
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init")
    (tmp_path / "a.py").write_text("")
    git("add", ".")
    git("commit", "-m", "first")
    return tmp_path


def test_a_clean_tree_and_a_folder_without_git_have_no_findings(repository, tmp_path_factory):
    assert check_committed("app", repository) == []
    assert check_committed("app", tmp_path_factory.mktemp("plain")) == []


def test_changes_are_a_warning_and_long_lists_are_cut(repository):
    (repository / "a.py").write_text("changed")
    [found] = check_committed("app", repository)
    assert (found.severity.value, "a.py" in found.problem) == ("warning", True)
    for number in range(7):
        (repository / f"new{number}.py").write_text("")
    [found] = check_committed("app", repository)
    assert "and 3 more" in found.problem
