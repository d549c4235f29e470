"""Networks, volumes and images on a real engine."""

import threading

import pytest

from toolchain.standins.differences import changed
from toolchain.standins.docker.engine import connect
from toolchain.standins.protocol import PluginError

pytestmark = pytest.mark.machine


@pytest.mark.parametrize("name", ["Network", "Volume"])
def test_it_is_found_as_it_was_made_and_gone_when_it_is_removed(tidy, name):
    kind, inputs = tidy[name], tidy.inputs("one", labels=[{"label": "a", "value": "b"}])
    found = kind.create(inputs)
    now = kind.read(found.id, found.state)
    assert now == found
    assert changed(kind, now.state, inputs) == []
    assert changed(kind, now.state, {**inputs, "labels": []}) == ["labels"]
    kind.delete(found.id, found.state)
    assert kind.read(found.id, found.state) is None
    kind.delete(found.id, found.state)


def test_a_network_whose_name_is_taken_is_refused(tidy):
    kind, inputs = tidy["Network"], tidy.inputs("one")
    found = kind.create(inputs)
    with pytest.raises(PluginError, match=inputs["name"]):
        kind.create(inputs)
    kind.delete(found.id, found.state)


def test_an_image_the_engine_has_is_not_pulled_and_may_stay(host):
    kind = host["RemoteImage"]
    name = f"test-{host.mark}:1"
    host.client.images.get(host.image).tag(f"test-{host.mark}", "1")
    found = kind.create({"name": name, "keepLocally": True})
    assert (found.id, found.state["imageId"]) == (host.image + name, host.image)
    kind.delete(found.id, found.state)
    assert kind.read(found.id, found.state) == found
    kind.delete(found.id, {**found.state, "keepLocally": False})
    assert kind.read(found.id, found.state) is None
    kind.delete(found.id, found.state)
    assert host.client.images.get(host.image).id == host.image  # only the name was taken away


def test_an_image_nobody_has_is_said(host):
    name = f"127.0.0.1:9/nobody/test-{host.mark}@sha256:" + "0" * 64
    with pytest.raises(PluginError, match=name):
        host["RemoteImage"].create({"name": name})


def test_an_engine_that_does_not_answer_is_said():
    named = connect({"host": "unix:///nowhere"}, threading.Event())  # a plan needs no more
    with pytest.raises(PluginError, match="unix:///nowhere"):
        _ = named.client
