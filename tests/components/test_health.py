"""Protects the question to the app itself: only its own right answer counts as healthy."""

import json
import socket
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from slipway.core import probe as health
from slipway.core.probe import probe

BODY = {"status": "ok", "revision": "abc", "ready": True, "count": 3, "nothing": None}


class Handler(BaseHTTPRequestHandler):
    """Answers by path, and keeps the headers it was sent."""

    def do_GET(self):
        self.server.seen.append(self.headers.get("Authorization"))
        if self.path == "/endless":
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                while True:
                    self.wfile.write(b" " * 1000)
                    time.sleep(0.01)
            return
        status, body = {
            "/json": (200, json.dumps(BODY)),
            "/text": (200, "fine"),
            "/list": (200, "[1]"),
            "/broken": (500, json.dumps(BODY)),
            "/missing": (404, "no"),
        }[self.path]
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ask(server):
    server.seen.clear()
    return lambda path, expect=None, **more: probe(
        f"http://127.0.0.1:{server.server_port}{path}", expect or {}, **more
    )


@pytest.mark.parametrize("path", ["/json", "/text", "/list"])
def test_without_expectations_any_2xx_answer_is_healthy(ask, path):
    assert ask(path).healthy


@pytest.mark.parametrize(("path", "status"), [("/broken", "500"), ("/missing", "404")])
@pytest.mark.parametrize("expect", [{}, {"status": "ok"}])
def test_an_error_is_never_healthy_whatever_its_body_says(ask, path, status, expect):
    result = ask(path, expect)
    assert not result.healthy
    assert result.explanation == f"answered {status}"


@pytest.mark.parametrize(
    "expect",
    [
        {"status": "ok", "revision": "abc"},
        {"ready": "true"},
        {"count": "3"},
        {"nothing": "null"},
    ],
)
def test_an_answer_that_holds_every_expected_value_is_healthy(ask, expect):
    assert ask("/json", expect).healthy


@pytest.mark.parametrize(
    ("expect", "explanation"),
    [
        ({"status": "ok", "revision": "new"}, "says revision is 'abc', not 'new'"),
        ({"ready": "false"}, "says ready is 'true', not 'false'"),
        ({"absent": "None"}, "says nothing of absent"),
        ({"absent": "null"}, "says nothing of absent"),
    ],
)
def test_a_value_that_differs_is_named(ask, expect, explanation):
    result = ask("/json", expect)
    assert not result.healthy
    assert result.explanation == explanation


@pytest.mark.parametrize(
    ("path", "explanation"), [("/text", "not JSON"), ("/list", "JSON that is not an object")]
)
def test_expectations_need_a_json_object(ask, path, explanation):
    result = ask(path, {"status": "ok"})
    assert not result.healthy
    assert explanation in result.explanation


def test_a_token_is_sent_only_where_one_is_given(ask, server):
    ask("/json")
    ask("/json", token="t")
    assert server.seen == [None, "Bearer t"]


def test_nobody_listening_is_unhealthy_and_says_so():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        result = probe(f"http://127.0.0.1:{held.getsockname()[1]}/", {})
    assert not result.healthy
    assert result.explanation == "gave no answer (ConnectionError)"


def test_an_app_that_accepts_and_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = probe(f"http://127.0.0.1:{silent.getsockname()[1]}/", {})
    assert not result.healthy
    assert result.explanation == "gave no answer (ReadTimeout)"


def test_an_answer_without_end_is_given_up_in_time_and_is_well_where_nothing_is_expected(
    ask, monkeypatch
):
    monkeypatch.setattr(health, "PROBE_SECONDS", 0.3)
    begun = time.monotonic()
    result = ask("/endless", {"status": "ok"})
    assert (result.healthy, result.explanation) == (False, "did not end its answer")
    assert time.monotonic() - begun < 5
    assert ask("/endless", {}).healthy
