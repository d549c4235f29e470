"""One GitHub for the tests of a module, a repository for each test, and the plugin in front."""

import itertools

import pytest

from tests.sandbox.github.live import live_github
from tests.sandbox.standins.github.small_engine import Declared
from tests.sandbox.standins.shelf import configure, served
from toolchain.standins.github import PLUGIN, TYPES

_numbers = itertools.count()


@pytest.fixture(scope="module")
def hub(tmp_path_factory):
    with live_github(tmp_path_factory.mktemp("github")) as live:
        yield live


@pytest.fixture
def repository(hub):
    """The name of a repository with a commit on main."""
    name = f"demo-{next(_numbers)}"
    hub.repository(name, {"README.md": "# demo"})
    return name


@pytest.fixture
def stub(hub):
    with served(PLUGIN) as stub:
        configure(stub, baseUrl=hub.url, token=hub.token, owner=hub.owner)
        yield stub


@pytest.fixture
def declare(stub):
    """A new resource, by the class's name: `declare("ActionsSecret")`."""
    tokens = {token.rpartition(":")[2]: token for token in TYPES}

    def made(name, through=stub):
        return Declared(through, tokens[name])

    return made
