"""The API as its image starts it: `uvicorn api:app`, a real process that downloads its model."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from app.turnover.scripts import try_api
from tests.app.app_process import AppProcess, free_port
from tests.app.turnover.conftest import APP, COMMIT, KEY
from tests.app.turnover.one_file_hub import OneFileHub

START = ["-m", "uvicorn", "api:app", "--host", "127.0.0.1", "--port"]


class Api(AppProcess):
    def __init__(self, log, variables, port=0):
        port = port or free_port()
        super().__init__([*START, str(port)], APP, log, variables, port)

    def predict(self, payload, key=KEY):
        headers = {"X-API-Key": key}
        return httpx.post(f"{self.url}/predict", json=payload, headers=headers, timeout=20)


@pytest.fixture
def hub(trained):
    with OneFileHub((trained / "model.pkl").read_bytes()) as made:
        yield made


@pytest.fixture
def variables(hub, tmp_path):
    return {
        "HF_ENDPOINT": hub.url,
        "HF_MODEL_REPO": "acme/turnover",
        "API_KEY": KEY,
        "HOME": str(tmp_path),
        "OPENBLAS_NUM_THREADS": "1",
    }


def test_it_fetches_the_model_answers_and_writes_nothing_but_json(variables, tmp_path, payload):
    with Api(tmp_path, variables) as api:
        assert api.wait_until(200).json()["model_loaded"] is True
        assert api.predict(payload).status_code == 200
        assert api.predict(payload, "other").status_code == 401
        assert api.get("/").json()["revision"] == COMMIT
        api.process.send_signal(signal.SIGTERM)
        api.process.wait(timeout=20)
        lines = api.log_lines()
    paths = [line["path"] for line in lines if "path" in line]
    assert paths.count("/predict") == 2
    assert any(line["message"] == "Model loaded" for line in lines)
    assert "resolve/" not in api.output()  # addresses of downloads carry signatures
    assert KEY not in api.output()


def test_only_the_configured_repository_is_ever_asked_for(variables, hub, tmp_path):
    with Api(tmp_path, variables) as api:
        api.wait_until(200)
    assert hub.requests
    assert all(" /acme/turnover/resolve/" in request for request in hub.requests)


def test_it_is_up_before_the_model_is_there_and_ready_when_it_comes(variables, hub, tmp_path):
    hub.present = False
    with Api(tmp_path, variables) as api:
        assert api.wait_until(503).json()["status"] == "loading"
        assert "HF_MODEL_REPO" in wait_for(lambda: api.predict(payload_of()).json()["detail"])
        hub.present = True
        assert api.wait_until(200).json()["status"] == "healthy"


def wait_for(ask):
    """The first answer that names the variable; until then the download is under way."""
    deadline = time.monotonic() + Api.patience
    while "HF_MODEL_REPO" not in (said := ask()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return said


def payload_of():
    return json.loads((APP / "tests/fixtures/test_payload.json").read_text())


def test_another_file_than_the_reviewed_one_ends_it_with_the_reason(variables, tmp_path):
    with Api(tmp_path, variables | {"HF_MODEL_SHA256": "0" * 64}) as api:
        assert api.wait_for_exit() != 0
    assert "HF_MODEL_SHA256" in api.output()


@pytest.mark.parametrize("missing", ["HF_MODEL_REPO", "API_KEY"])
def test_it_does_not_start_without_what_it_needs_and_names_it(variables, tmp_path, missing):
    del variables[missing]
    with Api(tmp_path, variables) as api:
        assert api.wait_for_exit() == 2
    [line] = api.log_lines()
    assert line["level"] == "CRITICAL"
    assert line["message"].startswith(f"Cannot start: {missing} is")


def test_it_listens_where_a_platform_that_chooses_the_port_says(variables, tmp_path):
    with AppProcess(["app.py"], APP, tmp_path, variables) as api:
        assert api.wait_until(200).json()["status"] == "healthy"


# --- the pipeline's own trial of the API


def tried(variables, *arguments):
    ended = subprocess.run(
        [sys.executable, "scripts/try_api.py", *arguments],
        cwd=APP,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.fixture
def port():
    return str(free_port())


def test_the_trial_passes_with_a_key_of_its_own_where_none_is_given(variables, port):
    del variables["API_KEY"]
    code, said = tried(variables, "--port", port)
    assert code == 0, said
    assert "POST /predict with the key: 200" in said
    assert "POST /predict without a key: 401" in said


def test_the_trial_fails_where_the_api_can_not_start(variables, port):
    code, said = tried(variables | {"HF_MODEL_REPO": ""}, "--port", port)
    assert code == 1
    assert "HF_MODEL_REPO" in said


@pytest.fixture
def answering():
    """Starts servers that give one answer to everything."""
    with ExitStack() as stack:

        def start(status, body):
            content = json.dumps(body).encode()

            class Same(BaseHTTPRequestHandler):
                def do_POST(self):
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

                do_GET = do_POST  # noqa: N815 - http.server's own name

                def log_message(self, *_):
                    """Keeps the test output clean."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Same)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return try_api.Asker(f"http://127.0.0.1:{server.server_port}")

        yield start


def test_the_trial_fails_after_its_time_where_there_is_no_model(answering):
    running = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        with pytest.raises(try_api.TrialError, match=r"GET /health: 503 .* after 1 s"):
            try_api.wait_until_healthy(running, answering(503, {"status": "loading"}), 1)
    finally:
        running.kill()
        running.communicate()


def test_the_trial_fails_where_a_route_does_not_do_what_it_must(answering):
    opened = answering(200, {"prediction": "Oui", "probability": 1})  # keys or not
    with pytest.raises(try_api.TrialError, match="without a key answered 200 instead of 401"):
        try_api.check(opened, "k")
