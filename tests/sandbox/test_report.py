"""What a person is told of the addresses: all of them, and what they answer, never cut short."""

import http.server
import threading

import pytest

from sandbox.console.report import addresses, answer, table, wait_until_all_answer


@pytest.fixture
def server():
    """A server whose statuses are taken from a list, the last one for good."""
    statuses = [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
            self.end_headers()

        def log_message(self, *_):
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{running.server_port}", statuses
    running.shutdown()
    running.server_close()


def test_every_http_value_is_an_address_however_deep_it_lies():
    outputs = {"a": {"url": "http://x", "note": "text", "b": {"page": "https://y"}}, "n": 3}
    assert list(addresses(outputs)) == [("a.url", "http://x"), ("a.b.page", "https://y")]


def test_an_address_that_starts_is_asked_again_and_one_that_fails_is_not(server):
    url, statuses = server
    statuses[:] = [503, 502, 200]
    assert wait_until_all_answer([url], 20) == {url: (True, "answers 200")}
    statuses[:] = [404]
    assert wait_until_all_answer([url], 20) == {url: (False, "answers 404")}


def test_an_address_nobody_listens_on_is_given_up_in_time():
    late = []
    said = wait_until_all_answer(["http://127.0.0.1:9"], 0.8, late.append)
    assert late == [["http://127.0.0.1:9"]], "told once"
    assert said["http://127.0.0.1:9"][0] is False
    assert answer("http://127.0.0.1:9")[0] is None


def test_a_table_shows_every_cell_whole():
    long = "http://127.0.0.1:12345/" + "x" * 200
    shown = table([("a", long, "answers 200")], ("dev", "address", ""))
    assert long in shown
    assert shown.splitlines()[-1].endswith("answers 200")
