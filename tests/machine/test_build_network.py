"""The builds' network comes with all its rules, once, and leaves none behind."""

import json
import os
import subprocess
from dataclasses import replace

import pytest

from toolchain.engine import build_network as module
from toolchain.engine.bridge import Bridge, choose_iptables, device_exists
from toolchain.engine.build_network import (
    build_network,
    lower_build_network,
    raise_build_network,
)

BRIDGE = Bridge(
    device=f"slipway{os.getpid() % 16**6:06x}",
    address="10.198.255.1",
    prefix_length=24,
    pool="10.198.0.0/17",
    pool_part=28,
)


def rules(iptables, device):
    lines = []
    for table in ("mangle", "nat", "filter"):
        command = [iptables, "--wait", "-t", table, "-S"]
        listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        lines += [line for line in listed.splitlines() if device in line]
    return lines


def test_it_lies_beside_the_engines_networks_and_in_none_of_them():
    network = build_network(BRIDGE, "iptables")
    assert network.subnet == "10.198.254.0/24"
    assert network.engine == "10.198.0.0/16"
    assert len(network.device) <= 15, "the kernel's limit"


@pytest.mark.parametrize("apart", [True, False])
def test_addresses_of_steps_are_none_of_the_hosts_or_the_builders(apart, tmp_path):
    network = replace(build_network(BRIDGE, "iptables"), apart=apart)
    [step] = json.loads(network.configuration(tmp_path))["plugins"]
    assert (step["type"], step.get("mode")) == (
        ("macvlan", "private") if apart else ("bridge", None)
    )
    [[addresses]] = step["ipam"]["ranges"]
    assert (network.gateway, network.builder) == ("10.198.254.1", "10.198.254.2")
    assert (addresses["gateway"], addresses["rangeStart"]) == ("10.198.254.1", "10.198.254.3")


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="making a network needs root")
def test_where_steps_can_not_be_kept_apart_they_share_a_bridge(monkeypatch):
    iptables, reason = choose_iptables()
    if iptables is None:
        pytest.skip(reason)
    monkeypatch.setattr(module, "_keeps_apart", lambda _: False)
    network = build_network(BRIDGE, iptables)
    try:
        assert not raise_build_network(network).apart
        monkeypatch.undo()
        assert not raise_build_network(network).apart, "what is there stays"
        command = ["ip", "-netns", network.device, "-json", "address", "show", "dev", "builds"]
        shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        assert network.builder in shown
    finally:
        lower_build_network(BRIDGE, iptables)
    assert not network.namespace.exists()


def test_without_iptables_there_is_none():
    assert build_network(BRIDGE, None) is None


@pytest.mark.machine
@pytest.mark.skipif(os.geteuid() != 0, reason="making a network needs root")
def test_rules_are_made_once_and_go_with_the_device():
    iptables, reason = choose_iptables()
    if iptables is None:
        pytest.skip(reason)
    network = build_network(BRIDGE, iptables)
    try:
        assert raise_build_network(network) == network
        made = rules(iptables, network.device)
        assert len(made) == 12  # a chain and eleven rules
        raise_build_network(network)
        assert rules(iptables, network.device) == made
        assert device_exists(network.device)
    finally:
        lower_build_network(BRIDGE, iptables)
    assert rules(iptables, network.device) == []
    assert not device_exists(network.device)
    lower_build_network(BRIDGE, iptables)
