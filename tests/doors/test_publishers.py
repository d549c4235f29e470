"""What `make up` enters on the Hub's page in a person's place."""

import pytest

from doors.deployed.publishers import trust_publishers
from doors.home import Home
from sandbox.hub.publishing.configure import TrustSettings
from sandbox.hub.repositories.names import RepoKind, RepoName
from sandbox.hub.repositories.registry import Registry

SAID = "spaces/ada/app repository=ada/slipway branch=dev workflow=ci-cd.yml environment=app-dev"


@pytest.fixture
def home(tmp_path):
    """One with the Space ada/app."""
    made = Home(tmp_path / "home", tmp_path)
    registry = Registry(made.open_database(), made.repositories)
    registry.add("uid", RepoName(RepoKind.SPACE, "ada", "app"), "public")
    return made


def listed(home):
    return TrustSettings(home.open_database(), home.repositories).listing().splitlines()[2:]


def test_a_stack_s_workflows_are_trusted_once_with_all_that_has_to_hold(home):
    outputs = {"app": {"url": "http://x", "publisher": SAID}, "page": "http://y", "other": {}}
    assert list(trust_publishers(home, outputs)) == []
    assert list(trust_publishers(home, outputs)) == []
    [row] = listed(home)
    for claim in SAID.split()[1:]:
        name, _, value = claim.partition("=")
        assert f'"{name}": "{value}"' in row


def test_what_can_not_be_trusted_is_said_and_stops_nothing(home):
    outputs = {
        "gone": {"publisher": SAID.replace("ada/app", "ada/gone")},
        "app": {"publisher": SAID},
    }
    [said] = trust_publishers(home, outputs)
    assert "no repository spaces/ada/gone" in said
    assert len(listed(home)) == 1


def test_a_stack_without_such_workflows_asks_for_no_database(tmp_path):
    home = Home(tmp_path / "home", tmp_path)
    assert list(trust_publishers(home, {"app": {"url": "http://x"}})) == []
    assert not home.folder.exists()
