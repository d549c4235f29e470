"""download_models.py as the image build runs it, against a Hub on the loopback interface."""

import errno
import hashlib
import importlib
import json
import os
import re
import socket
import subprocess
import sys

import pytest

from app.language_model import train
from tests.app.fake_hub import COMMIT, FakeHub
from tests.app.running_server import PAYLOAD

TOKEN = "hf_canary_of_the_build"


@pytest.fixture
def hub(trained):
    with FakeHub((trained / train.WEIGHTS_FILE).read_bytes(), token=TOKEN) as running:
        yield running


@pytest.fixture
def run(tmp_path):
    def _run(endpoint, **variables):
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path / "home"),
            "HF_ENDPOINT": endpoint,
            "HF_TOKEN": TOKEN,
            "BASE_MODEL": "acme/tiny-phi",
            "BASE_MODEL_FILE": "tiny-phi.gguf",
        }
        return subprocess.run(
            [sys.executable, "download_models.py", "--out", tmp_path / "models"],
            cwd=PAYLOAD,
            env=environment | {"PYTHONDONTWRITEBYTECODE": "1"} | variables,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return _run


def test_the_file_arrives_with_a_description_and_nothing_else(run, hub, tmp_path):
    done = run(hub.url)
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "models" / "tiny-phi"
    assert sorted(path.name for path in folder.rglob("*")) == ["model.json", "tiny-phi.gguf"]
    assert (folder / "tiny-phi.gguf").read_bytes() == hub.data
    assert json.loads((folder / "model.json").read_text()) == {
        "repo": "acme/tiny-phi",
        "revision": COMMIT,
        "file": "tiny-phi.gguf",
        "size": len(hub.data),
        "sha256": hashlib.sha256(hub.data).hexdigest(),
        "context_length": 256,
    }
    assert [request for request in hub.requests if request.startswith("GET")] == [
        f"GET /acme/tiny-phi/resolve/{COMMIT}/tiny-phi.gguf"
    ]


def test_the_log_tells_start_source_and_success_but_not_the_token(run, hub, tmp_path):
    done = run(hub.url)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Starting model download: tiny-phi")
    assert lines[1] == f"Downloading from {hub.url}/acme/tiny-phi at main"
    assert f"BASE_MODEL_REVISION={COMMIT}" in done.stdout  # how to pin what was just fetched
    assert lines[-1].startswith("Model tiny-phi downloaded successfully")
    written = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert TOKEN not in done.stdout + done.stderr
    assert not any(TOKEN.encode() in data for data in written)


def test_a_pinned_revision_is_not_nagged_about(run, hub):
    done = run(hub.url, BASE_MODEL_REVISION=COMMIT)
    assert done.returncode == 0
    assert "Note:" not in done.stdout


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"HF_TOKEN": "hf_wrong"}, "401: not authorized to read .*the token is not valid"),
        ({"HF_TOKEN": ""}, "401: not authorized to read .*no token was given"),
        ({"BASE_MODEL": "acme/gated"}, "403: the token may not read"),
        ({"BASE_MODEL": "acme/outside-scope"}, "403: the token may not read"),
        ({"BASE_MODEL": "acme/absent"}, "404: model acme/absent .* was not found"),
        ({"BASE_MODEL_FILE": "absent.gguf"}, "404: .* has no file absent.gguf"),
        ({"BASE_MODEL_REVISION": "v9"}, "404: .* has no revision v9"),
        ({"BASE_MODEL": "not a repository"}, "not a repository"),
    ],
)
def test_every_refusal_has_its_own_message_naming_model_and_token(run, hub, variables, says):
    done = run(hub.url, **variables)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.search(says, done.stderr), done.stderr
    assert "BASE_MODEL" in done.stderr
    assert "HF_TOKEN" in done.stderr
    assert "hf_" not in done.stderr


def test_a_hub_that_never_answers_is_a_timeout(run):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = run(url, HF_HUB_ETAG_TIMEOUT="1", HF_HUB_DOWNLOAD_TIMEOUT="1")
    assert done.returncode == 1
    assert "Timeout downloading model acme/tiny-phi" in done.stderr


def test_bytes_other_than_the_hub_announced_are_refused(run, hub, tmp_path):
    hub.announced_sha256 = "0" * 64
    done = run(hub.url)
    assert done.returncode == 1
    assert "the Hub says 0000" in done.stderr
    assert not (tmp_path / "models" / "tiny-phi" / "model.json").exists()


def test_a_file_that_was_changed_since_its_review_is_refused_with_both_sums(run, hub, tmp_path):
    reviewed = hashlib.sha256(hub.data).hexdigest()
    assert run(hub.url, BASE_MODEL_SHA256=reviewed).returncode == 0
    (tmp_path / "models" / "tiny-phi" / "model.json").unlink()
    changed = bytearray(hub.data)
    changed[-1] ^= 1
    hub.data = bytes(changed)
    hub.announced_sha256 = hashlib.sha256(changed).hexdigest()  # the Hub itself sees nothing wrong
    done = run(hub.url, BASE_MODEL_SHA256=reviewed)
    assert done.returncode == 3
    assert f"has SHA-256 {hub.announced_sha256}, but BASE_MODEL_SHA256 is {reviewed}" in done.stderr
    assert not list((tmp_path / "models" / "tiny-phi").iterdir())


def test_a_file_that_is_no_gguf_is_refused(run):
    with FakeHub(b"<html>sorry</html>", token=TOKEN) as hub:
        done = run(hub.url)
    assert done.returncode == 1
    assert "does not begin with GGUF" in done.stderr


def test_a_full_disk_is_named(monkeypatch, tmp_path, capsys):
    """A full disk cannot be had in a test, so the client is made to report one."""
    monkeypatch.syspath_prepend(str(PAYLOAD))
    for key in ("HF_ENDPOINT", "HF_HUB_DISABLE_XET", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(key, os.environ.get(key, ""))
    module = importlib.import_module("download_models")

    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(module, "_resolve", lambda *_: (COMMIT, None))
    monkeypatch.setattr(module, "hf_hub_download", full)
    assert module.main(["--model", "tiny", "--out", str(tmp_path)]) == 1
    message = capsys.readouterr().err
    assert "No space left on device" in message
    assert "larger disk or a smaller model" in message
