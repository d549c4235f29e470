"""The redacted state of each stack, kept on a branch that holds nothing else."""

import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from report.github.rest import PostingError
from report.github.snapshots import Remote, keep
from tests.sandbox.github.live import OWNER, READ_TOKEN, TOKEN, live_github


@pytest.fixture(scope="module")
def github(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("github")) as live:
        yield live


@pytest.fixture
def remote(github, request):
    name = request.node.name.replace("[", "-").replace("]", "")
    github.http.post("/user/repos", json={"name": name}).raise_for_status()
    return Remote(f"{github.url}/{OWNER}/{name}", TOKEN)


def on_branch(github, remote):
    """(files with their content, number of commits) of the branch."""
    where = remote.url.removeprefix(f"{github.url}/")
    listed = github.http.get(f"/repos/{where}/contents/", params={"ref": "snapshots"}).json()
    commits = github.http.get(f"/repos/{where}/commits", params={"sha": "snapshots"}).json()
    raw = {"Accept": "application/vnd.github.raw+json"}
    return {
        each["name"]: github.http.get(
            f"/repos/{where}/contents/{each['name']}", params={"ref": "snapshots"}, headers=raw
        ).text
        for each in listed
    }, len(commits)


def test_each_stack_has_its_newest_file_and_what_was_there_is_in_the_history(github, remote):
    first = keep(remote, "dev", b'{"deployed": 1}')
    assert first is not None
    assert keep(remote, "prod", b'{"deployed": 1}') is not None
    assert keep(remote, "dev", b'{"deployed": 2}') is not None
    assert keep(remote, "dev", b'{"deployed": 2}') is None  # as it was: no commit
    expected = {"dev.json": '{"deployed": 2}', "prod.json": '{"deployed": 1}'}
    assert on_branch(github, remote) == (expected, 3)


def test_who_was_quicker_is_kept(github, remote, monkeypatch):
    assert keep(remote, "dev", b"{}")
    real, other = subprocess.run, []

    def run(command, **options):
        if command[1] == "push" and not other:
            other.append("prod")
            assert keep(remote, "prod", b'{"quicker": true}')
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", run)
    assert keep(remote, "dev", b'{"later": true}')
    expected = {"dev.json": '{"later": true}', "prod.json": '{"quicker": true}'}
    assert on_branch(github, remote) == (expected, 3)


def test_two_first_ones_at_once_are_both_kept(github, remote):
    names = ["dev", "prod", "trial"]
    with ThreadPoolExecutor(len(names)) as pool:
        assert all(pool.map(lambda name: keep(remote, name, b"{}"), names))
    assert on_branch(github, remote) == ({f"{name}.json": "{}" for name in names}, 3)


def test_a_token_that_may_not_write_is_refused_in_a_sentence_without_it(remote):
    with pytest.raises(PostingError, match="contents: write") as refused:
        keep(Remote(remote.url, READ_TOKEN), "dev", b"{}")
    assert READ_TOKEN not in str(refused.value)
