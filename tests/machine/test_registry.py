"""What one sandbox pushed to the shared registry goes with it, and nothing else does."""

import pytest

from tests.machine.pushing import push
from toolchain.debian_packages import find_program
from toolchain.images import registry as module
from toolchain.images.registry import Registry, RegistryClient

pytestmark = pytest.mark.skipif(
    find_program("docker-registry") is None, reason="docker-registry is not installed"
)


@pytest.fixture
def registry(tmp_path):
    made = Registry(tmp_path / "registry")
    made.ensure()
    yield made
    made.stop()


def test_a_sandboxes_images_are_forgotten_and_those_of_others_are_not(registry, monkeypatch):
    monkeypatch.setattr(module, "_PAGE", 2)  # so that the list of repositories has several pages
    address = registry.ensure()
    client = RegistryClient(address)
    theirs = ("library/python", "slipway-12/app", "slipway-1x/app")
    ours = ("slipway-1/app", "slipway-1/frigo/gpt")
    for name in (*theirs, *ours):
        push(address, name, "one", name)
        push(address, name, "two", f"{name}, another")
    client.forget_below("slipway-1")
    assert all(client.digest(name, tag) is None for name in ours for tag in ("one", "two"))
    assert all(client.digest(name, tag) for name in theirs for tag in ("one", "two"))

    registry.stop()
    again = RegistryClient(registry.ensure())
    assert sorted(again._repositories()) == sorted(theirs), "an empty one is listed no more"
    assert all(again.digest(name, tag) for name in theirs for tag in ("one", "two"))
