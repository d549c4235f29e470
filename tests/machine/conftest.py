"""A real engine, and a machine of its own for each test."""

import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from sandbox.machine.contract import BuildRequest
from sandbox.machine.docker_machine import DockerMachine
from toolchain.engine.firewall import choose_iptables
from toolchain.engine.setup import Engine, ensure_engine, plan
from toolchain.progress import Progress, SetupError


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    try:
        plan()
    except SetupError as error:
        pytest.skip(str(error))
    with ensure_engine(Progress()) as running:
        yield running


@pytest.fixture(scope="session")
def iptables() -> str:
    """The program that makes rules here."""
    if os.geteuid() != 0:
        pytest.skip("only root makes rules")
    program, reason = choose_iptables()
    if program is None:
        pytest.skip(reason)
    return program


@pytest.fixture
def machine(engine: Engine) -> Iterator[DockerMachine]:
    """A machine of its own; at the end everything under its id is removed, and that is checked."""
    sandbox_id = f"test-{uuid.uuid4().hex[:10]}"
    made = DockerMachine(engine.address, sandbox_id)
    yield made
    made.remove_all()
    mine = {"label": f"slipway.sandbox={sandbox_id}"}
    client = made._client
    assert client.containers.list(all=True, ignore_removed=True, filters=mine) == []
    assert client.networks.list(filters=mine) == []
    assert client.images.list(all=True, filters=mine) == []
    made.close()


@pytest.fixture
def build(machine: DockerMachine, tmp_path: Path) -> Callable[..., list[str]]:
    """Builds a Dockerfile given as text; returns the log's lines."""

    def run(dockerfile: str, tag: str = "app:1", **request) -> list[str]:
        context = tmp_path / "context"
        context.mkdir(exist_ok=True)
        (context / "Dockerfile").write_text(dockerfile)
        lines: list[str] = []
        machine.build(BuildRequest(context=context, tag=tag, **request), lines.append)
        return lines

    return run


@contextmanager
def _serve(address: str, answer: str) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer.encode())

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer((address, 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


@pytest.fixture
def serve():
    """A web server of the host on one address; yields its port."""
    return _serve


def fetch(url: str, seconds: float = 20) -> str:
    """The body of a page, asked again until its server is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urlopen(url, timeout=5) as response:
                return response.read().decode()
        except HTTPError:
            raise
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@pytest.fixture(name="fetch")
def fetch_fixture():
    return fetch
