"""Docker Hub as the builder sees it: what the registry has, made first if nobody asked before."""

import json
import threading
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from toolchain.images.mirror import MirrorServer
from toolchain.images.registry import RegistryClient
from toolchain.progress import SetupError


class Registry(BaseHTTPRequestHandler):
    """Has what its server's `images` says."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        image = self.path.removeprefix("/v2/library/").replace("/manifests/", ":")
        found = self.path == "/v2/" or image in self.server.images
        body = json.dumps({"of": image}).encode() if found else b""
        self.send_response(200 if found else 404)
        self.send_header("Docker-Content-Digest", f"sha256:{image}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def mirror():
    """A mirror that can make python:3.11, and fails to make busybox:latest."""
    registry = ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    registry.images = {"debian:bookworm", "alpine:3"}
    made = []

    def make(name):
        if name == "busybox:latest":
            raise SetupError("no network")
        if name == "alpine:3":
            raise FileNotFoundError("the clone that started this is gone")
        if name == "python:3.11" and name not in registry.images:
            made.append(name)
            registry.images.add(name)

    there = f"127.0.0.1:{registry.server_port}"
    server = MirrorServer(("127.0.0.1", 0), there, make)
    for each in (registry, server):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    yield server, there, made
    for each in (server, registry):
        each.shutdown()
        each.server_close()


def client(server):
    return RegistryClient(f"127.0.0.1:{server.server_port}")


def test_what_is_there_is_served_and_nothing_is_made(mirror):
    server, _, made = mirror
    assert client(server).answers()
    assert client(server).digest("library/debian", "bookworm") == "sha256:debian:bookworm"
    assert made == []


def test_what_is_there_is_served_though_it_can_not_be_looked_after(mirror):
    assert client(mirror[0]).digest("library/alpine", "3") == "sha256:alpine:3"


def test_what_can_be_made_is_made_once_however_many_ask(mirror):
    server, _, made = mirror
    digests = []

    def ask():
        digests.append(client(server).digest("library/python", "3.11"))

    askers = [threading.Thread(target=ask) for _ in range(8)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    assert digests == ["sha256:python:3.11"] * 8
    assert made == ["python:3.11"]


@pytest.mark.parametrize("name", ["busybox:latest", "nobody:1"])
def test_what_can_not_be_made_is_not_there(mirror, name, capsys):
    server, _, _ = mirror
    repository, _, tag = name.partition(":")
    assert client(server).digest(f"library/{repository}", tag) is None
    assert ("no network" in capsys.readouterr().err) == (name == "busybox:latest")


def test_the_builders_question_is_passed_on_and_layers_come_from_the_registry(mirror):
    server, there, _ = mirror
    connection = HTTPConnection("127.0.0.1", server.server_port)
    connection.request("GET", "/v2/library/debian/blobs/sha256:1?ns=docker.io")
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 307
    assert answer.headers["Location"] == (
        f"http://{there}/v2/library/debian/blobs/sha256:1?ns=docker.io"
    )
    connection.close()
