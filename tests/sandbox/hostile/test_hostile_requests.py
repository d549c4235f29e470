"""Hostile requests are refused in bounded time and memory, and the sandbox answers on."""

import socket
import time
from itertools import chain
from pathlib import Path

import httpx
import pytest

from sandbox.apps.addresses import AddressBook
from sandbox.machine.no_machine import NoMachine
from sandbox.server.home import Home
from sandbox.server.hosts import KnownHosts
from sandbox.server.options import Options
from sandbox.server.platforms import compose
from sandbox.server.serve import _ByPort, _listen
from tests.sandbox.background import BackgroundServer
from tests.sandbox.hostile import addresses as in_addresses
from tests.sandbox.hostile import bodies, heads
from tests.sandbox.hostile.request import Hostile, a_commit, a_file

_SECONDS = 10.0  # of this process for one request; what is quadratic takes minutes
_PATIENCE = 60.0
_MEGABYTES = 200  # that a request may leave taken; the largest body taken is 11 of them


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("home"))
    addresses = AddressBook(home.open_database())
    platforms = compose(home, Options(clock_speed=10_000.0), NoMachine(), addresses)
    sockets = [s for p in platforms for s in _listen(p.name, p.port, "127.0.0.1")]
    app = KnownHosts(_ByPort({p.port: p.app for p in platforms}), "127.0.0.1")
    with BackgroundServer(app, sockets, log_level="critical"):
        made = Sandbox(home)
        made.fill()
        yield made
    for each in platforms:
        each.stop()
    addresses.stop()
    home.close()


class Sandbox:
    def __init__(self, home: Home) -> None:
        identity = home.identity()
        self.ports = {
            "hub": identity.hub_port,
            "render": identity.render_port,
            "github": identity.github_port,
        }
        self.tokens = {
            "hub": identity.hub_token,
            "render": identity.render_key,
            "github": identity.github_token,
        }
        owners = self.ask("render", "GET", "/v1/owners").json()
        self.owner = owners[0]["owner"]["id"]

    def fill(self) -> None:
        self.ask("hub", "POST", "/api/repos/create", json={"type": "model", "name": "m"})
        content = a_commit(a_file("a.txt", "0123456789"))
        self.ask("hub", "POST", "/api/models/slipway/m/commit/main", content=content)
        self.ask("github", "POST", "/api/v3/user/repos", json={"name": "r", "auto_init": True})

    def ask(self, platform: str, method: str, path: str, *, token: bool = True, **more):
        headers = {
            k: v.encode("latin-1", "replace") if k != "range" else v.encode()
            for k, v in more.pop("headers", {}).items()
        }
        if token and "authorization" not in headers:
            headers["authorization"] = f"Bearer {self.tokens[platform]}".encode()
        url = f"http://127.0.0.1:{self.ports[platform]}{path}"
        return httpx.request(method, url, headers=headers, timeout=_PATIENCE, **more)

    def status(self, hostile: Hostile) -> int:
        if hostile.raw:
            return self._raw(hostile)
        answer = self.ask(
            hostile.platform,
            hostile.method,
            hostile.path.replace("{owner}", self.owner),
            token=hostile.token,
            headers=dict(hostile.headers),
            content=hostile.content.replace(b"{owner}", self.owner.encode()),
        )
        return answer.status_code

    def _raw(self, hostile: Hostile) -> int:
        port = self.ports[hostile.platform]
        sent = hostile.raw.replace(b"{host}", f"127.0.0.1:{port}".encode())
        sent = sent.replace(b"{token}", self.tokens[hostile.platform].encode())
        with socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE) as connection:
            connection.sendall(sent)
            head = connection.recv(65536)
            while b"\r\n" not in head:
                head += connection.recv(65536)
        return int(head.split()[1])


HOSTILE = dict(
    chain(
        bodies.sizes(),
        bodies.encodings(),
        bodies.yaml_texts(),
        in_addresses.paths(),
        in_addresses.ranges(),
        in_addresses.values(),
        heads.headers(),
        heads.git(),
    )
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_request_is_refused_in_bounded_time_and_memory(sandbox, name):
    hostile = HOSTILE[name]
    before, began = _resident(), time.process_time()  # which no busy neighbour prolongs
    try:
        status = sandbox.status(hostile)
    except (httpx.NetworkError, httpx.RemoteProtocolError, ConnectionError):
        status = 400  # it hung up on what it would not read
    took, grown = time.process_time() - began, _resident() - before
    assert status in hostile.statuses
    assert took < _SECONDS
    assert grown < _MEGABYTES
    for platform, path in (
        ("hub", "/api/models"),
        ("render", "/v1/owners"),
        ("github", "/api/v3/user"),
    ):
        assert sandbox.ask(platform, "GET", path).status_code == 200


def _resident() -> float:
    """Megabytes of this process, in which the sandbox runs."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / (1 << 20)
