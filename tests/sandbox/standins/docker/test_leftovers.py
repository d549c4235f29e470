"""A sandbox that is forgotten takes along what its programs made, and nothing of another's."""

import threading
import uuid

import pytest

from toolchain.standins.docker import PLUGIN
from toolchain.standins.docker.engine import Engine
from toolchain.standins.docker.leftovers import remove_leftovers

pytestmark = pytest.mark.machine


def kinds(client, owner):
    connection = Engine(lambda: client, threading.Event(), owner)
    return {kind.__name__: kind(connection) for kind in PLUGIN.types.values()}


def test_everything_of_one_sandbox_goes_and_its_mark_is_no_property(host, engine):
    mine, other = uuid.uuid4().hex[:8], uuid.uuid4().hex[:8]
    made = {}
    for owner in (mine, other):
        types = kinds(host.client, owner)
        inputs = {
            "Container": host.container(owner),
            "Network": host.inputs(owner),
            "Volume": host.inputs(owner),
        }
        made[owner] = {name: types[name].create(given) for name, given in inputs.items()}
        for name, given in inputs.items():
            assert made[owner][name].state["labels"] == given["labels"]

    remove_leftovers(engine.address.docker_host, mine, f"slipway-{mine}")

    left = kinds(host.client, "")
    for owner, gone in ((mine, True), (other, False)):
        for name, found in made[owner].items():
            assert (left[name].read(found.id, found.state) is None) == gone
    remove_leftovers(engine.address.docker_host, other, f"slipway-{other}")
    remove_leftovers(engine.address.docker_host, other, f"slipway-{other}")  # nothing is fine
    assert host.left() == []
