"""The inference server by real HTTP requests to a real process with real weights."""

import hashlib
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from app.language_model import train
from tests.app.conftest import REPO, REVISION

PROMPT = "Q: What is in the fridge?\nA:"


def test_health_names_exactly_the_weights_in_memory(shared, trained):
    body = shared.get("/health").json()
    weights = (trained / train.WEIGHTS_FILE).read_bytes()
    assert body == {
        "status": "ok",
        "model_loaded": True,
        "version": "1.0.0",
        "model": REPO,
        "revision": REVISION,
        "sha256": hashlib.sha256(weights).hexdigest(),
        "engine": "local",
    }


def test_generate_answers_with_text_from_the_local_weights(shared):
    server = shared
    health = server.get("/health").json()
    body = server.generate(PROMPT).json()
    assert body["text"].strip()
    assert 1 <= body["tokens"] <= 16
    assert body["duration_ms"] > 0
    assert body["engine"] == "local"
    for key in ("model", "revision", "sha256"):
        assert body[key] == health[key]
    assert server.generate(PROMPT).json()["text"] == body["text"]
    assert server.generate("The build").json()["text"] != body["text"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"prompt": ""},
        {"prompt": "a" * 8001},
        {"prompt": "a", "max_new_tokens": 0},
        {"prompt": "a", "max_new_tokens": 1025},
        {"prompt": "a", "temperature": -0.1},
        {"prompt": "a", "temperature": "hot"},
        {"prompt": "a", "stop": [""]},
        {"prompt": "a", "max_tokens": 5},
    ],
    ids=lambda body: ",".join(f"{key}={str(value)[:8]}" for key, value in body.items()) or "empty",
)
def test_requests_outside_the_bounds_are_refused(shared, body):
    answer = httpx.post(f"{shared.url}/generate", json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


def test_a_prompt_beyond_the_context_is_refused_with_the_reason(shared):
    answer = shared.generate("egg " * 1500)
    assert answer.status_code == 422
    assert "context" in answer.json()["detail"]


def test_concurrent_requests_get_their_own_answers(shared):
    starts = ("Q: How long can I keep soup?\nA:", "To deploy the demo,", "For pancakes,", "A log")
    prompts = [*starts] * 4
    alone = {prompt: shared.generate(prompt).json()["text"] for prompt in set(prompts)}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(shared.generate, prompts))
    assert [answer.status_code for answer in answers] == [200] * len(prompts)
    assert [answer.json()["text"] for answer in answers] == [alone[prompt] for prompt in prompts]
    assert len(set(alone.values())) > 1


def test_the_page_needs_nothing_from_elsewhere(shared):
    page = shared.get("/")
    assert page.headers["content-type"].startswith("text/html")
    assert "<textarea" in page.text
    assert "light-dark(" in page.text
    assert "//" not in page.text.replace("<!doctype html>", "")


def test_while_the_weights_are_loading_requests_are_told_to_wait(start, models_folder):
    """A named pipe in place of the weights: reading it does not end until somebody writes."""
    folder = models_folder / "tiny-phi"
    entry = json.loads((folder / "model.json").read_text())
    (folder / entry["file"]).unlink()
    os.mkfifo(folder / entry["file"])
    (folder / "model.json").write_text(json.dumps(entry | {"size": 0}))
    server = start()
    health = server.wait_until(503).json()
    assert (health["status"], health["model_loaded"]) == ("loading", False)
    answer = server.generate(PROMPT)
    assert answer.status_code == 503
    assert "loading" in answer.json()["detail"]
    assert server.get("/").status_code == 200
    assert server.terminate() < 5


@pytest.mark.parametrize("size_too", [False, True], ids=["same size", "truncated"])
def test_other_weights_than_described_are_refused(start, models_folder, size_too):
    weights = models_folder / "tiny-phi" / train.WEIGHTS_FILE
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data[:-10] if size_too else data)
    server = start()
    assert server.wait_for_exit() == 1
    [line] = [line for line in server.log_lines() if line["level"] == "critical"]
    assert ("bytes, expected" if size_too else "sha256") in line["message"]


@pytest.mark.parametrize("missing", ["model.json", train.WEIGHTS_FILE])
def test_an_image_without_the_model_does_not_start(start, models_folder, missing):
    (models_folder / "tiny-phi" / missing).unlink()
    server = start()
    assert server.wait_for_exit() == 1
    assert missing in server.log_lines()[-1]["message"] or missing in server.output()


def test_weights_the_engine_cannot_read_end_the_process(start, models_folder):
    folder = models_folder / "tiny-phi"
    entry = json.loads((folder / "model.json").read_text())
    (folder / entry["file"]).write_bytes(b"GGUF" + bytes(60))
    entry |= {"size": 64, "sha256": hashlib.sha256(b"GGUF" + bytes(60)).hexdigest()}
    (folder / "model.json").write_text(json.dumps(entry))
    server = start()
    assert server.wait_for_exit() == 1
    assert "the engine cannot load" in server.output()


def test_a_model_other_than_the_reviewed_one_does_not_start(start, trained):
    held = hashlib.sha256((trained / train.WEIGHTS_FILE).read_bytes()).hexdigest()
    server = start(BASE_MODEL_SHA256="0" * 64)
    assert server.wait_for_exit() == 1
    assert f"with SHA-256 {held}, but BASE_MODEL_SHA256 is {'0' * 64}" in server.output()
    start(BASE_MODEL_SHA256=held).wait_until(200)


def test_what_counts_is_the_file_as_it_was_published(start, models_folder):
    """The build completes the header of a file that lacks an entry, and notes the sum before."""
    description = models_folder / "tiny-phi" / "model.json"
    entry = json.loads(description.read_text()) | {"published_sha256": "a" * 64}
    description.write_text(json.dumps(entry))
    start(BASE_MODEL_SHA256="a" * 64).wait_until(200)
    assert start(BASE_MODEL_SHA256=entry["sha256"]).wait_for_exit() == 1


def test_a_base_model_other_than_the_one_in_the_image_is_refused(start):
    server = start(BASE_MODEL="other/tiny-phi")
    assert server.wait_for_exit() == 1
    assert f"BASE_MODEL is other/tiny-phi, but the image holds {REPO}" in server.output()


def test_the_log_is_json_and_holds_no_prompt(start):
    server = start(HF_TOKEN="hf_canary_in_environment")
    server.wait_until(200)
    server.generate("canary-in-prompt")
    server.generate("canary-in-prompt " * 2000)
    httpx.get(server.url + "/health?token=canary-in-query")
    seconds = server.terminate()
    assert seconds < 5
    assert server.process.returncode in {0, -signal.SIGTERM}
    requests = [line for line in server.log_lines() if line["message"] == "request"]
    assert {"POST"} == {line["method"] for line in requests if line["path"] == "/generate"}
    assert [line["status_code"] for line in requests if line["path"] == "/generate"] == [200, 422]
    for line in server.log_lines():
        assert {"timestamp", "level", "message"} <= line.keys()
    assert all(line["duration_ms"] >= 0 for line in requests)
    assert "canary" not in server.output()


@pytest.mark.parametrize("port", ["0", "http", "70000", "-1"])
def test_an_impossible_setting_is_refused_by_name(start, port):
    server = start(CONTEXT_TOKENS=port)
    assert server.wait_for_exit() == 2
    assert "CONTEXT_TOKENS" in server.output()
