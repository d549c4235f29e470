"""The stand-in's types on a real engine; what a test makes carries its mark and is removed."""

import threading
import uuid

import docker
import pytest

from toolchain.engine.setup import ensure_engine, plan
from toolchain.progress import Progress, SetupError
from toolchain.standins.docker import PLUGIN
from toolchain.standins.docker.engine import Engine

MARK = "slipway.test"


class Host:
    """One provider instance: its types by class name, and inputs as the engine would give them."""

    def __init__(self, client, image):
        self.client = client
        self.mark = uuid.uuid4().hex[:10]
        self.cancelled = threading.Event()
        connection = Engine(lambda: client, self.cancelled)
        self._kinds = {kind.__name__: kind(connection) for kind in PLUGIN.types.values()}
        self.image = image

    def __getitem__(self, name):
        return self._kinds[name]

    @property
    def mine(self):
        return {"label": f"{MARK}={self.mark}"}

    def inputs(self, name, **given):
        labels = [{"label": MARK, "value": self.mark}, *given.pop("labels", [])]
        return {"name": f"test-{self.mark}-{name}", "labels": labels, **given}

    def container(self, name="one", **given):
        """Inputs of a container that runs until it is ended."""
        base = {"image": self.image, "command": ["sleep", "600"]}
        return self.inputs(name, **{**base, **given})

    def left(self):
        client = self.client
        containers = client.containers.list(all=True, ignore_removed=True, filters=self.mine)
        networks = client.networks.list(filters=self.mine)
        return containers + networks + client.volumes.list(filters=self.mine)


@pytest.fixture(scope="session")
def engine():
    try:
        plan()
    except SetupError as error:
        pytest.skip(str(error))
    with ensure_engine(Progress()) as running:
        yield running


@pytest.fixture(scope="session")
def client(engine):
    made = docker.DockerClient(base_url=engine.address.docker_host, timeout=120)
    yield made
    made.close()


@pytest.fixture(scope="session")
def busybox(engine, client):
    """The id of an image with a shell; the engine keeps it, as every base image."""
    buildkit = engine.address.buildkit
    name = f"{buildkit.registry}/library/busybox" if buildkit else "busybox"
    return client.images.pull(name, tag="latest", auth_config={}).id


@pytest.fixture
def host(client, busybox):
    made = Host(client, busybox)
    yield made
    left = made.left()
    for thing in left:
        options = {"force": True} if hasattr(thing, "exec_run") else {}
        thing.remove(**options)


@pytest.fixture
def tidy(host):
    """For tests that remove what they make: nothing of theirs is left."""
    yield host
    assert host.left() == []
