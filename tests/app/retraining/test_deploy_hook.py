"""The hook: one POST, whatever the answer, and its address is in no text."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.retraining.scripts import trigger_deploy

KEY = "canary-hook-key"


@pytest.fixture
def render():
    """A platform that keeps what it is asked and answers as it is told."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            asked.append(f"{self.command} {self.path}")
            self.send_response(server.status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST  # noqa: N815 - the server's own name

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.status, server.asked = 200, asked
    server.hook = f"http://127.0.0.1:{server.server_port}/deploy/srv-1?key={KEY}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "says"),
    [
        (200, 0, "The deploy began"),
        (202, 0, "The deploy began"),
        (302, 1, "answered 302"),
        (401, 1, "its key was renewed"),
        (404, 1, "the service is gone"),
        (503, 1, "answered 503. Run this job again"),
    ],
)
def test_it_is_called_exactly_once_and_never_shown(render, capsys, status, code, says):
    render.status = status
    assert trigger_deploy.main({"RENDER_DEPLOY_HOOK": render.hook}) == code
    said = "".join(capsys.readouterr())
    assert render.asked == [f"POST /deploy/srv-1?key={KEY}"]
    assert says in said
    assert KEY not in said


@pytest.mark.parametrize("hook", ["", "canary-hook-key", "http://127.0.0.1:9/deploy?key=canary"])
def test_without_a_hook_that_answers_it_fails_and_says_why(hook, capsys):
    assert trigger_deploy.main({"RENDER_DEPLOY_HOOK": hook}) == 1
    said = "".join(capsys.readouterr())
    assert "hook" in said.lower()
    assert "canary" not in said
