"""The proxy client: `(response, status)` whatever happens, within its time, and never its key."""

import json
import logging
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.symptoms.src.proxy import APIProxyClient
from tests.app.app_process import free_port
from tests.app.symptoms.conftest import APP, KEY, PATIENT

CALLS = {
    "get_info": ("GET", "/"),
    "get_health": ("GET", "/health"),
    "post_predict": ("POST", "/predict"),
    "post_predict_proba": ("POST", "/predict_proba"),
    "get_logs": ("GET", "/logs?limit=50"),
    "delete_logs": ("DELETE", "/logs"),
}


class Server(ThreadingHTTPServer):
    """Answers everything the same way and notes what it was asked."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer = (200, "application/json", b'{"good": true}')
        self.wait = threading.Event()
        self.wait.set()
        self.asked = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_):
        """A client that has given up is what a test wanted."""


class Handler(BaseHTTPRequestHandler):
    def _reply(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.asked.append((self.command, self.path, dict(self.headers), body))
        self.server.wait.wait(10)
        status, kind, content = self.server.answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        if 300 <= status < 400:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = _reply  # noqa: N815 - the library's names

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.05,))
        thread.start()
        yield made
        made.wait.set()
        made.shutdown()
        thread.join()


def call(client, name):
    return getattr(client, name)(*([PATIENT] if name.startswith("post") else []))


@pytest.mark.parametrize("name", CALLS)
def test_each_method_is_one_request_with_the_key_and_gives_json_and_status(server, name):
    client = APIProxyClient(server.url + "/", api_key=KEY)
    assert call(client, name) == ({"good": True}, 200)
    [(method, path, headers, body)] = server.asked
    assert (method, path) == CALLS[name]
    assert headers["X-API-Key"] == KEY
    assert (json.loads(body) == PATIENT) if method == "POST" else body == b""


@pytest.mark.parametrize("name", CALLS)
def test_when_nobody_answers_the_status_is_503(name):
    client = APIProxyClient(f"http://127.0.0.1:{free_port()}", api_key=KEY)
    response, status = call(client, name)
    assert status == 503
    assert "no answer" in response["detail"]
    assert KEY not in repr(response)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ((200, "text/html", b"<html>a proxy's page</html>"), 502),
        ((200, "application/json", b"[]"), 502),
        ((200, "application/json", b""), 502),
        ((302, "text/plain", b""), 502),
        ((500, "text/plain", b"Internal Server Error"), 500),
        ((503, "text/html", b"<html>"), 503),
    ],
)
def test_what_the_api_never_says_is_told_from_its_answers(server, given, status):
    server.answer = given
    response, said = APIProxyClient(server.url).get_health()
    assert said == status
    assert f"HTTP {given[0]}" in response["detail"]
    assert len(server.asked) == 1  # a key is not carried to where an answer points


@pytest.mark.parametrize("status", [401, 422, 500, 503])
def test_the_apis_own_refusals_come_as_they_are(server, status):
    server.answer = (status, "application/json", b'{"detail": "because"}')
    assert APIProxyClient(server.url).post_predict(PATIENT) == ({"detail": "because"}, status)


def test_a_slow_api_is_given_up_after_the_time_that_was_set(server):
    server.wait.clear()
    started = time.monotonic()
    response, status = APIProxyClient(server.url, timeout_seconds=0.2).get_health()
    assert status == 504
    assert "within 0.2 s" in response["detail"]
    assert time.monotonic() - started < 5


def test_an_address_that_is_none_is_an_answer_too():
    assert APIProxyClient("nonsense").get_health()[1] == 503
    assert APIProxyClient("http://").get_health()[1] == 503


def test_each_call_is_one_line_of_the_log_without_key_and_patient(server, caplog):
    caplog.set_level(logging.INFO, "symptoms.proxy")
    client = APIProxyClient(server.url, api_key=KEY)
    for name in CALLS:
        call(client, name)
    server.answer = (500, "text/plain", b"")
    client.get_health()
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert said[1] == ("INFO", "API GET /health: 200")
    assert said[-1] == ("WARNING", "API GET /health: 500")
    assert len(said) == len(CALLS) + 1
    for text in (caplog.text, repr([vars(record) for record in caplog.records]), repr(client)):
        assert KEY not in text
        assert "muscle_ache" not in text


def test_a_call_may_bring_another_key(server):
    client = APIProxyClient(server.url, api_key=KEY)
    client.get_logs(5, api_key="visitor")
    client.delete_logs(api_key="")
    (_, path, first, _), (_, _, second, _) = server.asked
    assert path == "/logs?limit=5"
    assert first["X-API-Key"] == "visitor"
    assert "X-API-Key" not in second


def test_the_connection_is_good_if_the_api_can_predict(server, open_api):
    assert APIProxyClient(open_api.url).check_connection()
    server.answer = (200, "application/json", b'{"model_loaded": false}')
    assert not APIProxyClient(server.url).check_connection()
    assert not APIProxyClient(f"http://127.0.0.1:{free_port()}").check_connection()


def test_the_default_address_is_the_api_inside_the_container():
    assert APIProxyClient().api_url == "http://localhost:8000"


def test_every_example_of_the_readme_runs_as_it_stands(open_api):
    """All of them in one process, in the order of the page."""
    text = (APP / "src/proxy/README.md").read_text()
    examples = [part.split("```")[0] for part in text.split("```python\n")[1:]]
    program = "\n".join(examples).replace("http://localhost:8000", open_api.url)
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=APP, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    health, first, second, probabilities, logs, cleared = ended.stdout.splitlines()
    assert health == "200 healthy memory"
    assert first.startswith("200 influenza")
    assert second.startswith("200 allergy")
    assert probabilities.startswith("{'gastroenteritis': ")
    assert logs.startswith("200 ")
    assert logs.endswith(" entries in memory")
    assert cleared.endswith(" forgotten")


def test_the_package_is_what_the_guide_lists_and_as_light_as_it_says():
    files = sorted(path.name for path in (APP / "src/proxy").iterdir() if path.is_file())
    assert files == ["README.md", "__init__.py", "client.py", "gradio_app.py"]
    lines = sum(len(path.read_text().splitlines()) for path in (APP / "src/proxy").glob("*.py"))
    assert lines <= 700
