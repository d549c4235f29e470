"""Calls to an engine over each of the ways that lead to one, with a small server in its place."""

import json
import socketserver
import stat
import sys
import threading
from http.server import BaseHTTPRequestHandler

import pytest

from slipway.docker_host.engine import DockerEngine, EngineAddress
from slipway.errors import ApiError, ConfigError

RELAY = """\
#!{python}
import os, socket, sys, threading
assert sys.argv[-3:] == ["docker", "system", "dial-stdio"], sys.argv
assert sys.argv[-4] == "me@machine", sys.argv
engine = socket.socket(socket.AF_UNIX)
engine.connect({socket!r})
def pump():
    while block := engine.recv(65536):
        os.write(1, block)
threading.Thread(target=pump, daemon=True).start()
while block := os.read(0, 65536):
    engine.sendall(block)
"""


def frame(stream, text):
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


class Handler(BaseHTTPRequestHandler):
    def address_string(self):
        return "here"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/containers/one/json":
            self.answer(200, json.dumps({"State": {"Running": True}}).encode())
        elif self.path.startswith("/containers/one/logs?"):
            self.answer(200, frame(1, b"first\nsec") + frame(2, b"ond\n\xff\n"))
        elif self.path.startswith("/containers/terminal/logs?"):
            self.answer(200, b"plain\nwords\n")
        else:
            self.answer(404, b'{"message": "No such container: other"}')

    def do_POST(self):
        self.server.posted.append(self.path)
        if self.path.startswith("/containers/one/"):
            self.answer(304)
        elif self.path.startswith("/containers/other/"):
            self.answer(404, b'{"message": "No such container: other"}')
        else:
            self.answer(500, b"<html>")


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@pytest.fixture
def server(tmp_path):
    with Server(str(tmp_path / "engine.sock"), Handler) as made:
        made.posted = []
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made
        made.shutdown()


@pytest.fixture(params=["unix", "ssh"])
def engine(request, server, tmp_path, monkeypatch):
    if request.param == "unix":
        return DockerEngine(f"unix://{server.server_address}")
    ssh = tmp_path / "bin" / "ssh"
    ssh.parent.mkdir()
    ssh.write_text(RELAY.format(python=sys.executable, socket=server.server_address))
    ssh.chmod(ssh.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(ssh.parent))
    return DockerEngine("ssh://me@machine")


def test_it_reads_starts_and_stops(engine, server):
    assert engine.container("one") == {"State": {"Running": True}}
    assert engine.container("other") is None
    engine.start("one")
    engine.stop("one")
    engine.stop("other")
    assert [path.partition("?")[0] for path in server.posted] == [
        "/containers/one/start",
        "/containers/one/stop",
        "/containers/other/stop",
    ]


def test_a_log_is_put_together_from_its_pieces(engine):
    assert engine.log_tail("one", 9) == ["first", "second", "\N{REPLACEMENT CHARACTER}"]
    assert engine.log_tail("one", 1) == ["\N{REPLACEMENT CHARACTER}"]
    assert engine.log_tail("terminal", 9) == ["plain", "words"]


def test_a_refusal_is_said_in_the_engine_s_words(engine):
    with pytest.raises(ApiError, match="404 to POST /containers/other/start: No such container"):
        engine.start("other")
    with pytest.raises(ApiError, match=r"answered 500 .*no reason given"):
        engine.stop("broken")


def test_an_engine_that_does_not_answer_is_said_with_how_to_ask_it_by_hand(tmp_path):
    address = f"unix://{tmp_path}/nothing.sock"
    with pytest.raises(ApiError, match=f"docker --host {address} info"):
        DockerEngine(address).start("one")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "engine.sock",
        "unix://",
        "tcp://192.0.2.1:2375",
        "tcp://127.0.0.1",
        "ssh://",
        "ssh://me@machine/run/docker.sock",
        "https://127.0.0.1:2376",
    ],
)
def test_an_address_that_can_not_be_used_is_refused_before_any_call(address):
    with pytest.raises(ConfigError, match="unix:///path") as refusal:
        EngineAddress(address).check()
    assert repr(address) in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    ["unix:///run/docker.sock", "tcp://127.0.0.1:2375", "tcp://[::1]:1", "ssh://machine:2222"],
)
def test_good_addresses_are_taken(address):
    EngineAddress(address).check()
