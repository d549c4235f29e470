"""Which official images a machine without an image registry has, and what it says of the others."""

import ipaddress
from pathlib import Path

import pytest

from sandbox.machine import stand_in_images
from sandbox.machine.stand_in_images import StandInImages
from toolchain.engine.address import BuildkitAddress
from toolchain.engine.bridge import Bridge
from toolchain.progress import SetupError


@pytest.fixture
def images(monkeypatch):
    monkeypatch.setattr(stand_in_images, "packaged_major", lambda: "15")
    address = BuildkitAddress(
        buildctl=Path("buildctl"),
        address="unix:///nowhere",
        registry="127.0.0.1:1",
        data=Path("/data"),
        stand_ins=("python:3.11-slim", "busybox:latest"),
    )
    return StandInImages(address)


@pytest.mark.parametrize(
    "reference",
    [
        "postgres:15",
        "docker.io/library/postgres:15",
        "postgres:15-bookworm",
        "busybox",
        "python:3.11-slim",
        "ghcr.io/acme/postgres:14",
        "acme/postgres:14",
        "127.0.0.1:5000/postgres:14",
    ],
)
def test_what_there_is_and_what_is_not_official_may_be_asked_for(images, reference):
    assert images.why_not(reference) is None


@pytest.mark.parametrize("reference", ["postgres:14", "docker.io/library/postgres:14", "postgres"])
def test_another_postgres_is_not_called_by_a_name_it_does_not_have(images, reference):
    assert "carry PostgreSQL 15 only" in images.why_not(reference)


def test_other_images_are_refused_with_those_there_are(images):
    assert "stand-ins for python:3.11-slim, busybox:latest" in images.why_not("redis:7")


def test_a_host_without_a_packaged_one_says_so(images, monkeypatch):
    def none():
        raise SetupError("apt knows no package postgresql")

    monkeypatch.setattr(stand_in_images, "packaged_major", none)
    assert images.why_not("postgres:15") == "apt knows no package postgresql"


def test_references_of_registries_stay_as_they_are(images):
    for reference in ("ghcr.io/acme/shop:1", "acme/shop:1", f"busybox@sha256:{'0' * 64}"):
        assert images.located(reference) == reference


def test_shared_networks_lie_beside_the_containers_own_and_the_bridge():
    bridge = Bridge("slipway1", "10.213.255.1", 24, "10.213.0.0/17", 28)
    shared = ipaddress.ip_network(bridge.shared_range)
    assert not shared.overlaps(ipaddress.ip_network(bridge.pool))
    assert ipaddress.ip_address(bridge.address) not in shared
    assert shared.num_addresses >= 2**14
