"""Addresses that single sandboxes take for themselves."""

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from toolchain.engine import public_addresses
from toolchain.engine.bridge import Bridge
from toolchain.engine.public_addresses import public_address, public_range
from toolchain.progress import SetupError

RANGE = "198.18.77.128/29"  # for tests of networks (RFC 2544); nobody's here

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="takes addresses of this machine: root")


def _addresses() -> str:
    return Path("/proc/net/fib_trie").read_text()


def test_the_range_lies_beside_the_bridge_in_its_network():
    bridge = Bridge(
        device="b", address="10.9.255.1", prefix_length=24, pool="10.9.0.0/17", pool_part=28
    )
    assert public_range(bridge) == "10.9.255.128/25"


@needs_root
def test_each_sandbox_has_one_of_its_own_that_goes_with_it():
    with public_address(RANGE) as one, public_address(RANGE, one.address) as other:
        assert one.address != other.address
        for each in (one, other):
            assert [listener.getsockname()[1] for listener in each.listeners] == [443, 80]
            with socket.create_connection((each.address, 443), 5):
                pass
    assert one.address not in _addresses()
    assert other.address not in _addresses()


@needs_root
def test_one_that_was_known_is_taken_again():
    with public_address(RANGE, "198.18.77.133") as known:
        assert known.address == "198.18.77.133"


@needs_root
def test_where_a_server_has_the_port_of_all_addresses_it_is_said_and_nothing_stays(monkeypatch):
    with socket.create_server(("", 0)) as everywhere:
        monkeypatch.setattr(public_addresses, "PORTS", (everywhere.getsockname()[1],))
        with pytest.raises(SetupError, match="of all its addresses"), public_address(RANGE):
            pass
    assert "198.18.77." not in _addresses()


@needs_root
def test_an_address_that_was_lost_under_its_listeners_is_its_owners_again():
    with public_address(RANGE) as one:
        public_addresses._change("delete", one.address)
        with public_address(RANGE) as other:
            assert other.address != one.address
            with socket.create_connection((one.address, 443), 5):
                pass


@needs_root
def test_many_that_begin_and_end_at_once_each_have_one_and_lose_none():
    def held(_):
        with public_address(RANGE) as mine:
            time.sleep(0.02)
            with socket.create_connection((mine.address, 443), 5):
                return mine.address in _addresses()

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(held, range(40)))
    assert "198.18.77." not in _addresses()


@needs_root
def test_names_are_asked_of_it_unless_a_server_has_their_port_of_all_addresses(monkeypatch):
    with public_address(RANGE) as one:
        assert [each.getsockname() for each in one.names] == [(one.address, 53)] * 2
        assert [each.type for each in one.names] == [socket.SOCK_DGRAM, socket.SOCK_STREAM]
    with socket.create_server(("", 0)) as everywhere:
        monkeypatch.setattr(public_addresses, "RESOLVER_PORT", everywhere.getsockname()[1])
        with public_address(RANGE) as other:
            assert other.names is None
            assert len(other.listeners) == 2
