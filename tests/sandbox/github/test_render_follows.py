"""Render deploys what is pushed to the sandbox's GitHub, over git's own protocol."""

from functools import partial

import pytest

from sandbox.github.repositories.located import located
from tests.sandbox.github.live import live_github
from tests.sandbox.render.live import LiveRender, files, until
from tests.sandbox.render.machine import RenderMachine


@pytest.fixture
def both(tmp_path):
    """A GitHub and a Render that follows its branches, as one sandbox wires them."""
    folder = tmp_path / "machine"
    folder.mkdir()
    machine = RenderMachine(folder)
    with LiveRender(tmp_path / "render", machine) as render:

        def moved(repository, branch, commit, *, checks_passed):
            url = f"{gh.url}/{repository}"
            told = partial(render.service.pushed, url, branch, commit, checks_passed=checks_passed)
            gh.service.database.after_commit(told)  # in a sandbox they have one database

        with live_github(tmp_path / "github", branch_moved=moved) as gh:
            yield gh, render
    machine.close()


def deployed(render, service) -> list[dict]:
    """A service's deploys, newest first."""
    answer = render.http.get(f"/services/{service['id']}/deploys", params={"limit": 20})
    return [each["deploy"] for each in answer.json()]


@pytest.mark.parametrize("suffix", ["", ".git"])
def test_a_push_deploys_what_follows_the_branch(both, suffix):
    gh, render = both
    gh.repository("app", files("one"))
    repo = f"{gh.url}/slipway/app{suffix}"
    service, deploy = render.create(repo=repo, branch="main", autoDeployTrigger="commit")
    assert render.settled(service["id"], deploy)["status"] == "live"
    assert render.version(service) == "one"
    sha = gh.commit("app", "app.py", files("two")["app.py"])
    newest = deployed(render, service)[0]  # there as soon as the push is over
    assert newest["trigger"] == "new_commit"
    ended = render.settled(service["id"], newest["id"])
    assert (ended["status"], ended["commit"]["id"]) == ("live", sha)
    until(lambda: render.version(service) == "two")


def test_a_service_that_waits_for_checks_deploys_when_they_have_passed(both):
    gh, render = both
    repository = gh.repository("app", files("one"))
    service, deploy = render.create(
        repo=f"{gh.url}/{repository}", branch="main", autoDeployTrigger="checksPass"
    )
    render.settled(service["id"], deploy)
    sha = gh.commit("app", "app.py", files("two")["app.py"])
    assert len(deployed(render, service)) == 1
    gh.service.checks_passed(repository, "main", sha)
    [newest, _] = deployed(render, service)
    assert render.settled(service["id"], newest["id"])["commit"]["id"] == sha


def test_a_private_repository_is_found_where_it_lies(tmp_path):
    with live_github(tmp_path) as gh:
        repository = gh.repository("hidden", private=True)
        place = located(gh.service.registry, gh.url)
        path = str(gh.service.require(repository).path)
        local = gh.url.replace("127.0.0.1", "localhost")
        for address in (f"{gh.url}/{repository}", f"{gh.url}/{repository}.git/"):
            assert place(address) == path
        assert place(f"{local}/{repository}.git") == path
        for other in (f"{gh.url}/slipway/none", f"https://example.com/{repository}"):
            assert place(other) == other
