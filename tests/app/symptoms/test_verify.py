"""The check after a deploy fails when a thing it looks at is not as it must be.

Against the real page it runs in `tests/e2e/test_symptoms.py`; here a server speaks its protocol.
"""

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.symptoms.src import verify
from tests.app.app_process import free_port
from tests.app.symptoms.conftest import APP

GOOD = {
    "page": "<script>gradio</script>",
    "health": {
        "status": "healthy",
        "model_loaded": True,
        "version": "1.0.0",
        "model_sha256": "a" * 64,
        "log_store": "redis",
        "auth_required": True,
    },
    "predict": ["### Most likely: influenza (99.0%)"],
    "logs": ["**No logs.** The key is missing or wrong.", []],
    "files": list(verify.PROXY_FILES),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        said = self.server.said
        last = self.path.rsplit("/", 2)[-2]
        if self.path == "/":
            self.reply(said["page"])
        elif self.path == "/health":
            self.reply(json.dumps(said["health"]))
        elif self.path.startswith("/api/spaces/me/it/tree/main/src/proxy"):
            self.reply(json.dumps([{"path": f"src/proxy/{name}"} for name in said["files"]]))
        elif said[last] is None:
            self.reply("event: error\ndata: null\n\n")
        else:
            self.reply(f"event: complete\ndata: {json.dumps(said[last])}\n\n")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.reply('{"event_id": "1"}')

    def reply(self, text):
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def deployed(monkeypatch):
    """A deployment that says what it is told; running the check gives its status and its lines."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("HF_ENDPOINT", url)

        def check(capsys, **changes):
            server.said = {**GOOD, **changes}
            status = verify.main([url, "--space", "me/it"])
            return status, capsys.readouterr().out.splitlines()

        yield check
        server.shutdown()
        thread.join()


def test_a_good_deployment_passes_with_a_line_for_each_check(deployed, capsys):
    status, lines = deployed(capsys)
    assert status == 0, lines
    assert [line.split(":")[0] for line in lines] == [
        "ok   page",
        "ok   health",
        "ok   prediction",
        "ok   logs",
        "ok   files",
    ]


@pytest.mark.parametrize(
    ("changes", "failing"),
    [
        ({"page": "<html>something else</html>"}, "page"),
        ({"health": {**GOOD["health"], "status": "loading"}}, "health"),
        ({"health": {**GOOD["health"], "model_loaded": False}}, "health"),
        ({"health": {**GOOD["health"], "log_store": "memory"}}, "health"),
        ({"predict": ["**No prediction.**"]}, "prediction"),
        ({"predict": None}, "prediction"),
        ({"logs": ["3 entries, kept in redis.", []]}, "logs"),
        ({"health": {**GOOD["health"], "auth_required": False}}, "logs"),
        ({"files": ["client.py", "__init__.py", "gradio_app.py"]}, "files"),
    ],
)
def test_what_is_not_as_it_must_be_fails_alone(deployed, capsys, changes, failing):
    status, lines = deployed(capsys, **changes)
    assert status == 1
    assert [line.split(":")[0] for line in lines if line.startswith("FAIL")] == [f"FAIL {failing}"]


def test_nobody_there_fails_without_a_traceback(capsys):
    assert verify.main([f"http://127.0.0.1:{free_port()}"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line[:4] for line in lines] == ["FAIL"] * 4


def test_in_the_container_it_looks_at_the_package_and_imports_it(tmp_path, monkeypatch):
    (tmp_path / "proxy").mkdir()
    monkeypatch.setattr(verify, "_HERE", tmp_path)
    files, imported = verify.local_checks()
    assert files.said == "files: src/proxy lacks README.md, __init__.py, client.py, gradio_app.py"
    assert not imported.good  # no API runs at localhost:8000
    shutil.copytree(APP / "src/proxy", tmp_path / "proxy", dirs_exist_ok=True)
    files, _ = verify.local_checks()
    assert files.good
