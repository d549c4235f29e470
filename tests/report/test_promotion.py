"""What dev runs is proposed to main: once, and only what was deployed."""

import pytest

from report.github.promotion import main
from tests.report.served_repository import NAME, served_repository

DEPLOY = """
name: Deploy
on: {push: {branches: [dev]}}
permissions: {}
jobs:
  apply:
    runs-on: ubuntu-latest
    steps: [{uses: actions/checkout@v4}, {run: test ! -e broken}]
"""


@pytest.fixture(scope="module")
def repository(tmp_path_factory):
    with served_repository(tmp_path_factory.mktemp("promotion")) as served:
        head = served.commit(".github/workflows/deploy.yml", DEPLOY)
        served.ask("POST", "git/refs", ref="refs/heads/dev", sha=head)
        yield served


@pytest.fixture
def promoted(repository, monkeypatch, capsys):
    """Runs the command; its exit code and what it said."""
    for key, value in repository.environment.items():
        monkeypatch.setenv(key, value)

    def run():
        code = main(["--from", "dev", "--to", "main"])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def pulls(repository):
    return repository.ask("GET", "pulls?state=open&base=main")


def deployed(repository, path, content="x"):
    """Commits to dev, and waits until the workflow has ended."""
    before = len([e for e in repository.live.runs.records.runs(NAME) if e.event == "push"])
    commit = repository.commit(path, content, "dev")
    repository.live.finished(NAME, "push", before + 1)
    return commit


def test_it_proposes_what_was_deployed_once_and_brings_it_up_to_date(repository, promoted):
    assert promoted() == (0, "main holds all that dev does; there is nothing to promote.\n")
    deployed(repository, "one.txt")
    code, said = promoted()
    assert (code, "is opened: http" in said) == (0, True)
    assert "proposes it already" in promoted()[1]
    (pull,) = pulls(repository)
    assert (pull["head"]["ref"], pull["base"]["ref"]) == ("dev", "main")

    commit = deployed(repository, "two.txt")
    assert "is brought up to date" in promoted()[1]
    (same,) = pulls(repository)
    assert same["number"] == pull["number"]
    assert f"<code>{commit[:7]}</code>" in same["body"]

    broken = deployed(repository, "broken")
    code, said = promoted()
    assert code == 1
    assert f"dev is not promoted: Deploy of {broken[:7]} is failure" in said
    assert said.count("\n") == 1
    (kept,) = pulls(repository)
    assert kept["body"] == same["body"]


@pytest.mark.parametrize("name", ["GITHUB_TOKEN", "GITHUB_REPOSITORY"])
def test_what_is_missing_in_the_environment_is_named(promoted, monkeypatch, name):
    monkeypatch.delenv(name)
    assert promoted() == (1, f"A promotion needs '{name}' in the environment.\n")
