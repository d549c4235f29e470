"""The builds' network comes with all its rules, once, and leaves none behind."""

import json
import os
import subprocess
from dataclasses import replace

import pytest

from toolchain.engine import build_network as module
from toolchain.engine.bridge import Bridge, device_exists, lower_bridge, raise_bridge
from toolchain.engine.build_network import (
    build_network,
    lower_build_network,
    raise_build_network,
)
from toolchain.progress import SetupError

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


@pytest.fixture
def iptables(iptables):
    """With what a network for builds lies beside; both go with the test."""
    raise_bridge(BRIDGE)
    yield iptables
    lower_build_network(BRIDGE, iptables)
    lower_bridge(BRIDGE)


@pytest.mark.machine
def test_where_steps_can_not_be_kept_apart_they_share_a_bridge(iptables, monkeypatch):
    monkeypatch.setattr(module, "_keeps_apart", lambda _: False)
    network = build_network(BRIDGE, iptables)
    assert not raise_build_network(network).apart
    monkeypatch.undo()
    assert not raise_build_network(network).apart, "what is there stays"
    command = ["ip", "-netns", network.device, "-json", "address", "show", "dev", "builds"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert network.builder in shown
    lower_build_network(BRIDGE, iptables)
    assert not network.namespace.exists()


def test_without_iptables_there_is_none():
    assert build_network(BRIDGE, None) is None


@pytest.mark.machine
def test_rules_are_made_once_and_go_with_the_device(iptables):
    network = build_network(BRIDGE, iptables)
    assert raise_build_network(network) == network
    made = rules(iptables, network.device)
    assert len(made) == 12  # a chain and eleven rules
    raise_build_network(network)
    assert rules(iptables, network.device) == made
    assert device_exists(network.device)
    for _ in range(2):
        lower_build_network(BRIDGE, iptables)
        assert rules(iptables, network.device) == []
        assert not device_exists(network.device)


@pytest.mark.machine
def test_one_that_had_other_addresses_before_is_made_anew_and_leads_to_this_machine(iptables):
    """A cache folder was deleted while its engine ran: the next one has another range."""
    raise_build_network(build_network(BRIDGE, iptables))
    other = replace(BRIDGE, address="10.197.255.1", pool="10.197.0.0/17")
    raise_bridge(other)
    network = build_network(other, iptables)
    raise_build_network(network)  # which calls this machine from there
    about = "\n".join(rules(iptables, network.device))
    assert "10.197." in about
    assert "10.198." not in about
    command = ["ip", "-netns", network.device, "-oneline", "-4", "address"]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert network.builder in shown
    assert "10.198." not in shown


@pytest.mark.machine
def test_a_firewall_that_stops_builds_is_told_before_anything_is_built(iptables, monkeypatch):
    monkeypatch.setattr(module, "_ANSWER_SECONDS", 0.2)
    network = build_network(BRIDGE, iptables)
    at = [iptables, "--wait", "-t", "raw"]
    drop = ["PREROUTING", "-i", network.device, "-j", "DROP"]
    subprocess.run([*at, "-I", *drop], check=True, capture_output=True)
    try:
        with pytest.raises(SetupError, match=f"ufw allow in on {network.device}"):
            raise_build_network(network)
    finally:
        subprocess.run([*at, "-D", *drop], check=True, capture_output=True)
