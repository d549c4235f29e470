"""Many who ask for one host at once are one lookup, and a resolver that gives up is asked again."""

import asyncio
import socket

import pytest

from sandbox.server.public.lookups import Lookups


@pytest.fixture
def asked(monkeypatch):
    """A resolver in place of the machine's: what it is asked, and what it answers by then."""
    answers, hosts = [], []

    async def getaddrinfo(_loop, host, _port, **_options):
        hosts.append(host)
        await asyncio.sleep(0)
        answer = answers.pop(0) if answers else "198.51.100.7"
        if isinstance(answer, OSError):
            raise answer
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, 0))] * 2

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)
    return hosts, answers


def test_a_hundred_connections_to_a_host_are_one_lookup(asked):
    hosts, _ = asked

    async def ask():
        lookups = Lookups()
        found = await asyncio.gather(*(lookups.addresses("a.example") for _ in range(100)))
        assert set(found) == {("198.51.100.7",)}
        await lookups.addresses("b.example")

    asyncio.run(ask())
    assert hosts == ["a.example", "b.example"]


def test_a_resolver_that_gave_up_is_asked_again_and_a_refusal_is_not_kept(asked):
    hosts, answers = asked
    busy = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    unknown = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    answers += [busy, busy, "198.51.100.8", unknown, busy, busy, busy]

    async def ask():
        lookups = Lookups()
        assert await lookups.addresses("a.example") == ("198.51.100.8",)
        for _ in range(2):
            with pytest.raises(OSError, match="ame"):
                await lookups.addresses("b.example")
        assert await lookups.addresses("b.example") == ("198.51.100.7",)

    asyncio.run(ask())
    assert hosts == ["a.example"] * 3 + ["b.example"] * 5
