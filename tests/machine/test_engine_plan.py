"""Which engine is used is decided without side effects; a host that can have none is told."""

import http.server
import json
import os
import shutil
import socket
import socketserver
import stat
import threading
import time

import pytest

from toolchain.engine import setup as engine
from toolchain.engine.setup import Route, plan
from toolchain.progress import Progress, SetupError

DOCKER = """\
#!/bin/sh
printf '%s\\n' "$*" >> "$CALLS"
sleep "$TAKES"
case "$*" in
  "buildx version") exit "$BUILDX" ;;
  "context inspect") printf '%s' "$CONTEXT" ;;
  *"network inspect bridge"*) printf '%s ' "$GATEWAY" ;;
  *) exit 9 ;;
esac
"""


class UnixServer(socketserver.ThreadingUnixStreamServer):
    def get_request(self):
        connection, _ = super().get_request()
        return connection, ("unix", 0)  # the handler logs a host and a port


class Ping(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/_ping" else 404)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def engine_socket(tmp_path):
    with UnixServer(str(tmp_path / "engine.sock"), Ping) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"unix://{tmp_path}/engine.sock"
        server.shutdown()


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A host with a docker CLI with buildx and nothing else; not root."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(DOCKER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    for name, value in {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "CALLS": str(tmp_path / "calls"),
        "BUILDX": "0",
        "TAKES": "0",
        "CONTEXT": json.dumps([{"Endpoints": {"docker": {"Host": f"unix://{tmp_path}/none"}}}]),
        "GATEWAY": "",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    return monkeypatch


def context(address):
    return json.dumps([{"Endpoints": {"docker": {"Host": address}}}])


def test_a_running_engine_is_used_wherever_it_is_named(host, engine_socket):
    host.setenv("DOCKER_HOST", engine_socket)
    assert plan().docker_host == engine_socket
    host.delenv("DOCKER_HOST")
    host.setenv("CONTEXT", context(engine_socket))
    assert (plan().route, plan().docker_host) == (Route.RUNNING, engine_socket)


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        ("silent", "No Docker engine answers at unix://"),
        ("no buildx", "has no buildx plugin"),
        ("remote", "is not on this host"),
    ],
)
def test_a_host_that_can_have_none_is_told_both_remedies(host, engine_socket, case, reason):
    host.setenv("DOCKER_HOST", "ssh://elsewhere" if case == "remote" else engine_socket)
    if case == "silent":
        host.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    if case == "no buildx":
        host.setenv("BUILDX", "1")
    with pytest.raises(SetupError) as raised:
        plan()
    message = str(raised.value)
    assert reason in message
    assert "this user is not root" in message
    assert "install and start Docker with its buildx plugin" in message
    assert "as root on Debian or Ubuntu" in message


def test_one_that_listens_and_is_slow_is_not_taken_for_absent_at_a_glance(host, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as busy:
        busy.bind(str(tmp_path / "busy.sock"))
        busy.listen()
        host.setenv("DOCKER_HOST", f"unix://{tmp_path}/busy.sock")
        started = time.monotonic()
        assert plan(seconds=0.2).route is Route.RUNNING
        assert time.monotonic() - started < 30
    with pytest.raises(SetupError, match="No Docker engine answers"):
        plan(seconds=0.2)


def test_a_docker_that_is_slow_to_start_is_not_taken_for_one_without_buildx(host, engine_socket):
    host.setenv("CONTEXT", context(engine_socket))
    host.setenv("TAKES", "1")
    assert plan(seconds=0.5).docker_host == engine_socket


@pytest.mark.parametrize(
    ("named", "hangs"),
    [(True, "docker buildx version"), (False, "docker context inspect")],
)
def test_a_docker_that_hangs_is_said_to_hang(host, engine_socket, named, hangs):
    if named:
        host.setenv("DOCKER_HOST", engine_socket)
    host.setenv("TAKES", "60")
    host.setattr(engine, "_CLIENT_SECONDS", 0.5)
    with pytest.raises(SetupError, match=f"`{hangs}` did not end within"):
        plan()


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="this host is not a Debian")
def test_root_on_debian_gets_a_private_engine_and_nothing_is_touched(host, tmp_path):
    host.setattr(os, "geteuid", lambda: 0)
    host.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    chosen = plan()
    assert (chosen.route, chosen.docker_host) == (Route.PRIVATE, None)
    assert "No Docker engine answers" in chosen.reason
    assert not (tmp_path / "cache").exists()


def test_servers_listen_on_the_bridge_where_it_is_local(host, engine_socket):
    host.setenv("DOCKER_HOST", engine_socket)
    host.setenv("GATEWAY", "127.0.0.3")  # stands for a bridge's address: local, as all of 127/8
    address = engine.ensure_engine(Progress(), building=False).address
    assert (address.inside_host, address.bind_host) == ("127.0.0.3", "127.0.0.3")
    assert (address.buildkit, address.registry) == (None, None)


def test_servers_listen_on_loopback_where_the_engine_is_in_a_virtual_machine(host, engine_socket):
    host.setenv("DOCKER_HOST", engine_socket)
    host.setenv("GATEWAY", "203.0.113.7")  # documentation range: nobody's local address
    address = engine.ensure_engine(Progress(), building=False).address
    assert (address.inside_host, address.bind_host) == ("host.docker.internal", "127.0.0.1")
