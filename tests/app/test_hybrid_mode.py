"""Hybrid mode with real servers: the remote engine's text arrives, or an error that names it."""

import hashlib
from dataclasses import replace

import pytest

from app.language_model import train
from tests.app.app_process import free_port
from tests.app.conftest import lay_out
from tests.app.running_server import RunningServer

PROMPT = "Q: What is in the fridge?\nA:"


def hybrid(url):
    return {"HYBRID_REMOTE_GENERATION": "true", "REMOTE_ENGINE_URL": url}


def test_the_text_comes_from_the_remote_server(start, shared):
    front = start(**hybrid(shared.url))
    health = front.wait_until(200).json()
    assert (health["engine"], health["model_loaded"]) == ("remote", False)
    answer = front.generate(PROMPT, max_new_tokens=12).json()
    direct = shared.generate(PROMPT, max_new_tokens=12).json()
    assert answer["engine"] == "remote"
    for key in ("text", "tokens", "model", "revision", "sha256"):
        assert answer[key] == direct[key]


def test_the_answer_is_the_remote_weights_answer_not_the_local_ones(start, tmp_path):
    """The two servers hold different weights, so their texts cannot be confused."""
    other = tmp_path / "other"
    train.build(other, replace(train.VARIANTS["quick"], steps=8), seed=8, corpus_seed=1)
    variables = {"BASE_MODEL": "acme/tiny-phi", "MODELS_FOLDER": str(lay_out(other, other))}
    with RunningServer(variables, tmp_path) as remote:
        remote.wait_until(200)
        local, front = start(), start(**hybrid(remote.url))
        local.wait_until(200)
        front.wait_until(200)
        answer = front.generate(PROMPT).json()
        assert answer["text"] == remote.generate(PROMPT).json()["text"]
        assert answer["text"] != local.generate(PROMPT).json()["text"]
        weights = (other / train.WEIGHTS_FILE).read_bytes()
        assert answer["sha256"] == hashlib.sha256(weights).hexdigest()


def test_when_the_remote_is_down_the_answer_is_502_with_its_name_and_no_text(start):
    url = f"http://127.0.0.1:{free_port()}"
    front = start(**hybrid(url))
    front.wait_until(200)
    answer = front.generate(PROMPT)
    assert answer.status_code == 502
    assert url in answer.json()["detail"]
    assert "text" not in answer.json()


def test_a_remote_that_is_no_engine_is_a_bad_gateway(start, shared):
    front = start(**hybrid(shared.url + "/health"))
    front.wait_until(200)
    answer = front.generate(PROMPT)
    assert answer.status_code == 502
    assert "HTTP 404" in answer.json()["detail"]


def test_the_remotes_complaint_about_the_request_reaches_the_caller(start, shared):
    front = start(**hybrid(shared.url))
    front.wait_until(200)
    answer = front.generate("egg " * 1500)
    assert answer.status_code == 422
    assert "context" in answer.json()["detail"]


def test_two_hybrid_servers_that_name_each_other_do_not_loop(start):
    first, second = free_port(), free_port()
    one = start(PORT=str(first), **hybrid(f"http://127.0.0.1:{second}"))
    two = start(PORT=str(second), **hybrid(f"http://127.0.0.1:{first}"))
    one.wait_until(200)
    two.wait_until(200)
    answer = one.generate(PROMPT)
    assert answer.status_code == 502
    assert "REMOTE_ENGINE_URL must name a server that does not" in answer.json()["detail"]
    one.terminate()  # a request's line is written after its answer; now all lines are there
    two.terminate()
    calls = [
        [line["status_code"] for line in server.log_lines() if line.get("path") == "/generate"]
        for server in (one, two)
    ]
    assert calls == [[502], [508]]


@pytest.mark.parametrize("url", ["", "engine.example", "ftp://engine.example", "http://"])
def test_hybrid_mode_without_a_usable_url_does_not_start(start, url):
    server = start(**hybrid(url))
    assert server.wait_for_exit() == 2
    assert "HYBRID_REMOTE_GENERATION" in server.output()
    assert "REMOTE_ENGINE_URL" in server.output()


def test_a_password_in_the_url_is_refused_without_repeating_it(start):
    server = start(**hybrid("https://user:canary@engine.example"))
    assert server.wait_for_exit() == 2
    assert "canary" not in server.output()


def test_an_url_without_the_switch_changes_nothing(start, shared):
    server = start(HYBRID_REMOTE_GENERATION="false", REMOTE_ENGINE_URL=shared.url)
    assert server.wait_until(200).json()["engine"] == "local"
