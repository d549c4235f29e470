"""A Render over local processes, and a repository to deploy from."""

from collections.abc import Iterator

import pytest

from tests.sandbox.render.live import LiveRender, Repository, files
from tests.sandbox.render.machine import RenderMachine


@pytest.fixture
def machine(tmp_path) -> Iterator[RenderMachine]:
    folder = tmp_path / "machine"
    folder.mkdir()
    made = RenderMachine(folder)
    yield made
    made.close()


@pytest.fixture
def render(tmp_path, machine) -> Iterator[LiveRender]:
    with LiveRender(tmp_path / "sandbox", machine) as live:
        yield live


@pytest.fixture
def repository(tmp_path) -> Repository:
    return Repository(tmp_path / "repository")


@pytest.fixture
def service(render, repository):
    repository.commit(files("one"))
    service, deploy = render.create(
        repo=repository.url, envVars=[{"key": "MODE", "value": "first"}]
    )
    assert render.settled(service["id"], deploy)["status"] == "live"
    return service
