"""Rules about a device are found by its name, whatever they say of addresses."""

import os
import subprocess

import pytest

from toolchain.engine import firewall
from toolchain.engine.firewall import choose_iptables, put_rules, remove_rules, rules_about
from toolchain.progress import SetupError

DEVICE = f"slipf{os.getpid()}"  # two workers at once
NEIGHBOUR = DEVICE + "0"


def test_the_first_iptables_that_works_is_taken_and_the_reason_given(monkeypatch):
    monkeypatch.setattr(firewall, "find_program", lambda name: f"/sbin/{name}")
    problems = {"/sbin/iptables": "no nf_tables", "/sbin/iptables-nft": "no nf_tables"}
    monkeypatch.setattr(firewall, "_try_rules", problems.get)
    program, reason = choose_iptables()
    assert program == "/sbin/iptables-legacy"
    assert "iptables-legacy takes NAT rules" in reason

    monkeypatch.setattr(firewall, "_try_rules", lambda _: "no tables")
    program, reason = choose_iptables()
    assert program is None
    assert "not kept apart" in reason
    assert "iptables-legacy: no tables" in reason

    monkeypatch.setattr(firewall, "find_program", lambda _: None)
    assert "no iptables program is installed" in choose_iptables()[1]


def rules(address):
    return [
        ("mangle", DEVICE, ("-d", address, "-j", "RETURN")),
        ("mangle", DEVICE, ("-m", "addrtype", "--dst-type", "LOCAL", "-j", "DROP")),
        ("mangle", "PREROUTING", ("-i", DEVICE, "-j", DEVICE)),
        ("filter", "INPUT", ("-i", DEVICE, "-d", address, "-j", "ACCEPT")),
    ]


@pytest.fixture
def iptables(iptables):
    """Without rules of ours afterwards."""
    yield iptables
    for device in (DEVICE, NEIGHBOUR):
        remove_rules(iptables, device)


def listed(iptables, device):
    return [(table, chain, " ".join(rule)) for table, chain, rule in rules_about(iptables, device)]


def test_rules_of_other_addresses_make_way_as_a_whole(iptables):
    put_rules(iptables, DEVICE, rules("192.0.2.1"))
    once = listed(iptables, DEVICE)
    put_rules(iptables, DEVICE, rules("198.51.100.1"))
    assert listed(iptables, DEVICE) == [
        (table, chain, rule.replace("192.0.2.1", "198.51.100.1")) for table, chain, rule in once
    ]
    [first, *_] = [rule for _, chain, rule in once if chain == DEVICE]
    assert first == "-d 192.0.2.1/32 -j RETURN", "asked before what drops it"


def test_what_is_there_is_left_alone_and_what_is_lost_comes_back(iptables):
    put_rules(iptables, DEVICE, rules("192.0.2.1"))
    made = listed(iptables, DEVICE)
    command = [iptables, "--wait", "-I", "INPUT", "-i", NEIGHBOUR, "-j", "ACCEPT"]
    subprocess.run(command, check=True, capture_output=True)
    put_rules(iptables, DEVICE, rules("192.0.2.1"))
    command = [iptables, "--wait", "-S", "INPUT"]
    order = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert order.index(NEIGHBOUR) < order.index(f"-i {DEVICE} "), "not made again"
    command = [iptables, "--wait", "-t", "mangle", "-D", DEVICE, "1"]
    subprocess.run(command, check=True, capture_output=True)
    put_rules(iptables, DEVICE, rules("192.0.2.1"))
    assert listed(iptables, DEVICE) == made


def test_removed_they_are_gone_with_their_chain_and_a_neighbour_s_stay(iptables):
    command = [iptables, "--wait", "-I", "INPUT", "-i", NEIGHBOUR, "-j", "ACCEPT"]
    subprocess.run(command, check=True, capture_output=True)
    put_rules(iptables, DEVICE, rules("192.0.2.1"))
    for _ in range(2):
        remove_rules(iptables, DEVICE)
        assert listed(iptables, DEVICE) == []
    assert len(listed(iptables, NEIGHBOUR)) == 1
    command = [iptables, "--wait", "-t", "mangle", "-S", DEVICE]
    assert subprocess.run(command, check=False, capture_output=True).returncode != 0


def test_a_rule_that_is_not_taken_is_told(iptables):
    with pytest.raises(SetupError, match="nowhere"):
        put_rules(iptables, DEVICE, [("filter", "INPUT", ("-i", DEVICE, "-j", "nowhere"))])
