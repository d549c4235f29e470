"""The containers' addresses collide with nothing the host has a route to."""

import ipaddress
import os
import re
import socket
import subprocess

import pytest

from toolchain.engine import bridge
from toolchain.engine.bridge import (
    Bridge,
    bridge_exists,
    choose_bridge,
    lower_bridge,
    raise_bridge,
    remove_former_networks,
)
from toolchain.progress import SetupError

DEVICE = f"slipt{os.getpid()}"  # two workers at once


def routes(monkeypatch, *networks):
    taken = [ipaddress.IPv4Network(network) for network in networks]
    monkeypatch.setattr(bridge, "routed_networks", lambda: taken)


def test_a_range_in_use_is_passed_over(tmp_path, monkeypatch):
    routes(monkeypatch)
    first = choose_bridge(tmp_path / "one")
    routes(monkeypatch, f"{first.address}/32", "192.168.0.0/16")
    second = choose_bridge(tmp_path / "two")
    assert not ipaddress.IPv4Network(first.pool).overlaps(ipaddress.IPv4Network(second.pool))
    assert first.device != second.device, "two engines, two bridges"
    assert all(len(chosen.device) <= 15 for chosen in (first, second)), "the kernel's limit"


def test_the_choice_is_kept_although_the_bridge_itself_is_a_route_later(tmp_path, monkeypatch):
    routes(monkeypatch)
    chosen = choose_bridge(tmp_path)
    routes(monkeypatch, chosen.pool, f"{chosen.address}/32")
    assert choose_bridge(tmp_path) == chosen


def test_the_hosts_own_address_is_outside_the_containers_networks(tmp_path, monkeypatch):
    routes(monkeypatch)
    chosen = choose_bridge(tmp_path)
    own = ipaddress.IPv4Interface(f"{chosen.address}/{chosen.prefix_length}").network
    assert not own.overlaps(ipaddress.IPv4Network(chosen.pool))
    assert own.is_private


def test_a_host_without_a_free_range_is_told(tmp_path, monkeypatch):
    routes(monkeypatch, "10.0.0.0/8")
    with pytest.raises(SetupError, match="No address range is free"):
        choose_bridge(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network devices")
def test_a_device_that_a_killed_engine_left_keeps_none_of_its_addresses():
    former, mine = (Bridge(DEVICE, f"{net}.1", 24, "", 28) for net in ("192.0.2", "198.51.100"))
    lower_bridge(former)
    try:
        raise_bridge(former)
        raise_bridge(mine)
        raise_bridge(mine)
        shown = subprocess.run(
            ["ip", "-4", "-oneline", "address", "show", "dev", DEVICE],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert re.findall(r"inet (\S+)", shown) == ["198.51.100.1/24"]
    finally:
        lower_bridge(mine)
    assert not bridge_exists(mine)


@pytest.fixture
def former(tmp_path):
    """A device of an engine whose folder is gone, and of two networks it had."""
    device = choose_bridge(tmp_path / "engine").device
    (tmp_path / "engine" / "bridge.json").unlink()
    made = Bridge(device, "10.33.255.1", 24, "10.33.0.0/17", 28)
    networks = {f"br-{os.getpid():012x}": "10.33.4.1/28", f"br-{os.getpid():011x}f": "10.32.4.1/28"}
    raise_bridge(made)
    for name, address in networks.items():
        subprocess.run(["ip", "link", "add", name, "type", "bridge"], check=True)
        subprocess.run(["ip", "address", "add", address, "dev", name], check=True)
    yield made, list(networks)
    for name in (device, *networks):
        subprocess.run(["ip", "link", "delete", name], check=False, capture_output=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network devices")
def test_an_engine_whose_folder_was_deleted_gets_its_addresses_again(tmp_path, former):
    made, (network, elsewhere) = former
    chosen = choose_bridge(tmp_path / "engine")
    assert (chosen.device, chosen.address, chosen.pool) == (made.device, made.address, made.pool)
    remove_former_networks(chosen)
    left = {name for _, name in socket.if_nameindex()}
    assert network not in left
    assert {made.device, elsewhere} <= left


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network devices")
def test_a_network_that_something_is_attached_to_stays(former):
    made, (network, _) = former
    member = f"slv{os.getpid()}"
    subprocess.run(
        ["ip", "link", "add", member, "type", "veth", "peer", "name", f"{member}0"], check=True
    )
    try:
        subprocess.run(["ip", "link", "set", member, "master", network], check=True)
        remove_former_networks(made)
        assert network in {name for _, name in socket.if_nameindex()}
    finally:
        subprocess.run(["ip", "link", "delete", member], check=True)
