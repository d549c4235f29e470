"""Protects how a registry is asked, with which credentials, and what is made of its answers."""

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from slipway.errors import ApiError
from slipway.images.facts_provider import ImageFactsProvider
from slipway.images.registry import ImageReference, RegistryClient

DIGEST = "sha256:" + "a" * 64
MANIFEST = {
    "config": {"digest": "sha256:conf", "size": 10},
    "layers": [
        {"digest": "sha256:base", "size": 100},
        {"digest": "sha256:weights", "size": 5000},
        {"digest": "sha256:code", "size": 7},
    ],
}
CONFIG = {
    "history": [
        {"created_by": "/bin/sh -c #(nop) ADD rootfs"},
        {"created_by": "WORKDIR /app", "empty_layer": True},
        {"created_by": "COPY --chown=user /models ./models # buildkit"},
        {"created_by": "COPY app ./app # buildkit"},
        {"created_by": "USER 1000", "empty_layer": True},
    ]
}


@pytest.fixture
def registry():
    """A registry on loopback; `asked` holds (path, Authorization), `password` closes it."""

    class Server(ThreadingHTTPServer):
        asked: list = []  # noqa: RUF012 - set anew for each server
        password = None

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            given = self.headers.get("Authorization")
            self.server.asked.append((self.path, given))
            wanted = (
                self.server.password
                and base64.b64encode(f"me:{self.server.password}".encode()).decode()
            )
            body = {f"/v2/a/b/manifests/{DIGEST}": MANIFEST, "/v2/a/b/blobs/sha256:conf": CONFIG}
            if wanted and given != f"Basic {wanted}":
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="registry"')
                self.end_headers()
            elif self.path in body:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(body[self.path]).encode())
            else:
                self.send_response(404)
                self.end_headers()

        def log_message(self, *_):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    server.host = f"127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("text", "host", "repository"),
    [
        (f"127.0.0.1:5000/a/b:tag@{DIGEST}", "127.0.0.1:5000", "a/b"),
        (f"ghcr.io/me/app@{DIGEST}", "ghcr.io", "me/app"),
        (f"localhost/app:1@{DIGEST}", "localhost", "app"),
        (f"docker.io/me/app:1@{DIGEST}", "docker.io", "me/app"),
        (f"me/app:1@{DIGEST}", "docker.io", "me/app"),
        (f"python:3.11@{DIGEST}", "docker.io", "library/python"),
    ],
)
def test_references_are_read_as_docker_reads_them(text, host, repository):
    assert ImageReference.parse(text) == ImageReference(host, repository, DIGEST)


def test_a_reference_without_a_digest_is_none():
    with pytest.raises(ValueError, match="no digest"):
        ImageReference.parse("ghcr.io/me/app:1")


def facts(registry, copy="/models ./models"):
    props = {"ref": f"{registry.host}/a/b:1@{DIGEST}", "model_copy": copy}
    return ImageFactsProvider().create(props)


def test_the_facts_of_an_image_name_the_weights_own_layer(registry):
    made = facts(registry)
    assert made.id == DIGEST
    assert made.outs["size_bytes"] == 5107
    assert made.outs["layers"] == 3
    assert (made.outs["model_layer"], made.outs["model_layer_bytes"]) == ("sha256:weights", 5000)


@pytest.mark.parametrize("copy", ["", "/other ./models"])
def test_an_image_without_weights_has_no_such_layer(registry, copy):
    made = facts(registry, copy)
    assert (made.outs["model_layer"], made.outs["model_layer_bytes"]) == ("", 0)


def test_facts_are_asked_again_only_for_another_image(registry):
    provider = ImageFactsProvider()
    known = facts(registry).outs
    asked = len(registry.asked)
    assert not provider.diff("x", known, dict(known)).changes
    assert provider.diff("x", known, {**known, "ref": "other@sha256:1"}).changes
    read = provider.read(DIGEST, known)
    assert (read.id, read.outs) == (DIGEST, known)
    provider.delete(DIGEST, known)
    assert len(registry.asked) == asked
    assert provider.update(DIGEST, known, known).outs == known


def test_the_login_of_docker_is_used_once_the_registry_asks_for_it(registry, tmp_path, monkeypatch):
    registry.password = "pass:word"
    auth = base64.b64encode(b"me:pass:word").decode()
    (tmp_path / "config.json").write_text(json.dumps({"auths": {registry.host: {"auth": auth}}}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert facts(registry).outs["size_bytes"] == 5107
    assert [given for _, given in registry.asked] == [None, f"Basic {auth}", f"Basic {auth}"]


def test_without_a_login_the_refusal_says_how_to_log_in(registry, tmp_path, monkeypatch):
    registry.password = "secret-word"
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(ApiError, match=f"docker login {registry.host}") as refusal:
        facts(registry)
    assert refusal.value.status == 401


def test_a_login_kept_by_a_helper_is_asked_for(registry, tmp_path, monkeypatch):
    registry.password = "from-helper"
    helper = tmp_path / "docker-credential-test"
    helper.write_text('#!/bin/sh\necho \'{"Username": "me", "Secret": "from-helper"}\'\n')
    helper.chmod(0o755)
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "test"}))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert facts(registry).outs["layers"] == 3


def test_a_missing_image_and_a_registry_that_is_gone_are_said_so(registry):
    client = RegistryClient(registry.host)
    with pytest.raises(ApiError, match="answered 404"):
        client.manifest(ImageReference(registry.host, "a/gone", DIGEST))
    with pytest.raises(ApiError, match="does not answer"):
        RegistryClient("127.0.0.1:9").manifest(ImageReference("127.0.0.1:9", "a/b", DIGEST))
