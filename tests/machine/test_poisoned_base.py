"""A base image is the one that was made here, or it is made again before anybody builds on it."""

import pytest

from tests.machine.pushing import push
from toolchain.debian_packages import find_program
from toolchain.images import base_images
from toolchain.images.base_images import BaseImages, StandIn
from toolchain.images.buildkit import BuildkitPrograms
from toolchain.images.registry import Registry, RegistryClient
from toolchain.progress import Progress

pytestmark = pytest.mark.skipif(
    find_program("docker-registry") is None, reason="docker-registry is not installed"
)
NAMES = ("python:3.11-slim", "python:3.11.2-slim")


class Host:
    release = None
    python_version = "3.11.2"
    images = (StandIn("python-slim", NAMES), StandIn("busybox", ("busybox:latest",)))
    key = "of these tests"


@pytest.fixture
def address(tmp_path):
    made = Registry(tmp_path / "registry")
    yield made.ensure()
    made.stop()


@pytest.fixture
def images(tmp_path, address, monkeypatch):
    """Base images that are "built" by pushing what the test says."""
    archive = tmp_path / "archive"
    archive.write_text("")
    frontend = tmp_path / "dockerfile-frontend"
    frontend.write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(base_images._Host, "current", Host)
    monkeypatch.setattr(base_images, "root_archive", lambda *_: archive)
    monkeypatch.setattr(base_images, "name_of", str)
    built = []

    def build(_self, image, *_):
        built.append(image.target)
        for name in image.names:
            push(address, *base_images._located(name), f"ours {image.target}")

    monkeypatch.setattr(BaseImages, "_build", build)
    (tmp_path / "record").mkdir()
    made = BaseImages(tmp_path / "record", BuildkitPrograms(tmp_path))
    return made, built


@pytest.mark.parametrize("name", NAMES)
def test_what_somebody_else_put_there_is_replaced(images, address, name):
    made, built = images
    made.ensure_one(NAMES[0], address, "unix:///none", Progress())
    client = RegistryClient(address)
    ours = client.digest(*base_images._located(name))
    made.ensure_one(name, address, "unix:///none", Progress())
    assert built == ["python-slim"], "once"
    push(address, *base_images._located(name), "poison")
    assert client.digest(*base_images._located(name)) != ours
    made.ensure_one(name, address, "unix:///none", Progress())
    assert built == ["python-slim", "python-slim"]
    assert client.digest(*base_images._located(name)) == ours


def test_what_was_there_before_any_was_made_is_not_taken_for_ours(images, address):
    made, built = images
    push(address, "library/busybox", "latest", "poison")
    made.ensure_one("busybox:latest", address, "unix:///none", Progress())
    assert built == ["busybox"]
