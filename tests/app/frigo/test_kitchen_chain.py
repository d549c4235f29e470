"""Questions through all three services, by real requests to real processes with real weights."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.app.app_process import free_port
from tests.app.conftest import REPO, REVISION
from tests.app.frigo.kitchen_server import KitchenServer

QUESTION = "I have carrots and spinach. What can I cook?"
UNUSED = "http://127.0.0.1:9"  # the discard port; nobody listens there


def test_an_answer_is_the_models_own_text_and_names_its_weights(chain, weights_sha256):
    answer = chain.app.post("/api/chat", {"message": QUESTION}).json()
    prompt = {"prompt": f"Q: {QUESTION}\nA:", "max_new_tokens": 80, "stop": ["\nQ:"]}
    direct = chain.gpt.post("/api/generate", prompt).json()
    assert answer["reply"]
    assert answer["reply"] == direct["text"].strip()
    assert answer["sha256"] == weights_sha256
    assert (answer["model"], answer["revision"]) == (REPO, REVISION)
    assert answer["fine_tuned"] is False
    other = chain.app.post("/api/chat", {"message": "Where should I keep apples?"}).json()
    assert other["reply"] != answer["reply"]


def test_the_app_passes_a_generation_on_unchanged(chain):
    body = {"prompt": "Q: How do I make pancakes?\nA:", "max_new_tokens": 12}
    through, direct = (
        chain.app.post("/api/ia/generate", body).json(),
        chain.gpt.post("/api/generate", body).json(),
    )
    assert through.keys() == direct.keys()
    through.pop("duration_ms"), direct.pop("duration_ms")
    assert through == direct
    assert through["tokens"] == 12


def test_what_was_said_before_reaches_the_model(chain):
    history = [
        {"role": "user", "text": "What is in the fridge?"},
        {"role": "assistant", "text": "There is\nmilk."},
    ]
    body = {"message": "What can I cook?", "history": history}
    answer = chain.app.post("/api/chat", body).json()
    prompt = "Q: What is in the fridge?\nA: There is milk.\nQ: What can I cook?\nA:"
    wanted = {"prompt": prompt, "max_new_tokens": 80, "stop": ["\nQ:"]}
    assert answer["reply"] == chain.gpt.post("/api/generate", wanted).json()["text"].strip()
    alone = chain.app.post("/api/chat", {"message": "What can I cook?"}).json()
    assert answer["reply"] != alone["reply"]


@pytest.mark.parametrize(("service", "loaded"), [("app", False), ("chat", False), ("gpt", True)])
def test_every_service_tells_its_health(chain, service, loaded):
    body = getattr(chain, service).get("/health").json()
    assert body["service"] == service
    assert body["status"] == "ok"
    assert body["model_loaded"] is loaded
    assert body["version"]


def test_the_health_of_the_ai_service_names_the_weights(chain, weights_sha256):
    body = chain.gpt.get("/health").json()
    assert body["sha256"] == weights_sha256
    assert (body["model"], body["revision"], body["delivery"]) == (REPO, REVISION, "baked")


def test_the_page_needs_nothing_from_elsewhere(chain):
    answer = chain.app.get("/")
    assert answer.headers["content-type"].startswith("text/html")
    assert "light-dark(" in answer.text
    assert not re.search(r"""(src|href)=["'](?!data:)|https?://|@import""", answer.text)
    called = set(re.findall(r'fetch\("([^"]+)"', answer.text))
    assert called == {"api/chat", "api/history"}


@pytest.mark.parametrize(
    ("service", "path", "body", "says"),
    [
        ("app", "/api/chat", {}, "message"),
        ("app", "/api/chat", {"message": " "}, "message"),
        ("app", "/api/chat", {"message": "a" * 1001}, "message"),
        (
            "app",
            "/api/chat",
            {"message": "a", "history": [{"role": "system", "text": "b"}]},
            "role",
        ),
        ("app", "/api/chat", {"message": "a", "tone": "kind"}, "tone"),
        ("app", "/api/ia/generate", {"prompt": "a", "max_new_tokens": 0}, "max_new_tokens"),
        ("chat", "/api/chat", {"message": 7}, "message"),
        ("chat", "/api/chat", ["a"], "object"),
        ("gpt", "/api/generate", {"prompt": "a", "temperature": "hot"}, "temperature"),
        ("gpt", "/api/generate", {"prompt": "a", "max_new_tokens": 1.5}, "whole"),
        ("gpt", "/api/generate", {"prompt": "a", "stop": [""]}, "stop"),
        ("gpt", "/api/generate", {"prompt": "word " * 1500}, "context"),
    ],
)
def test_a_wrong_request_is_refused_by_name(chain, service, path, body, says):
    answer = getattr(chain, service).post(path, body)
    assert answer.status_code == 422, answer.text
    assert says in answer.json()["detail"]


def test_many_questions_at_once_are_all_answered_or_told_to_wait(chain):
    with ThreadPoolExecutor(16) as askers:
        answers = list(
            askers.map(lambda _: chain.app.post("/api/chat", {"message": QUESTION}), range(32))
        )
    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert statuses.count(200) >= 4
    replies = {answer.json()["reply"] for answer in answers if answer.status_code == 200}
    assert len(replies) == 1


@pytest.fixture(scope="module")
def alone(repository, tmp_path_factory):
    """An app whose two services are both down."""
    folder = tmp_path_factory.mktemp("alone")
    addresses = {"CHAT_API_URL": UNUSED, "IA_SERVICE_URL": UNUSED}
    with KitchenServer("app", repository, folder, **addresses) as app:
        app.wait_until(200)
        yield app


@pytest.mark.parametrize(
    ("path", "body", "upstream"),
    [
        ("/api/chat", {"message": QUESTION}, "chat service"),
        ("/api/ia/generate", {"prompt": "a"}, "AI service"),
        ("/api/finetune/start", {}, "AI service"),
    ],
)
def test_a_service_that_is_down_is_named(alone, path, body, upstream):
    answer = alone.post(path, body)
    assert answer.status_code == 502
    assert answer.json()["upstream"] == upstream
    assert f"{upstream} {UNUSED}" in answer.json()["detail"]


def test_a_failure_two_services_away_is_named_too(start):
    port = free_port()
    chat = start("chat", MAIN_APP_URL=f"http://127.0.0.1:{port}")
    app = start("app", port, CHAT_API_URL=chat.url, IA_SERVICE_URL=UNUSED)
    chat.wait_until(200), app.wait_until(200)
    answer = app.post("/api/chat", {"message": QUESTION})
    assert answer.status_code == 502
    assert f"AI service {UNUSED}" in answer.json()["detail"]


def test_a_main_app_that_is_down_is_named(start):
    chat = start("chat", MAIN_APP_URL=UNUSED)
    chat.wait_until(200)
    answer = chat.post("/api/chat", {"message": QUESTION})
    assert answer.status_code == 502
    assert answer.json()["upstream"] == "main app"


def test_a_backend_given_by_its_whole_address_is_asked_instead(chain, start):
    chat = start("chat", MAIN_APP_URL=UNUSED, CHAT_BACKEND_URL=f"{chain.gpt.url}/api/generate")
    chat.wait_until(200)
    assert chat.post("/api/chat", {"message": QUESTION}).json()["reply"]


def test_an_app_that_takes_itself_for_the_chat_service_says_so(start):
    port = free_port()
    app = start("app", port, CHAT_API_URL=f"http://127.0.0.1:{port}", IA_SERVICE_URL=UNUSED)
    app.wait_until(200)
    answer = app.post("/api/chat", {"message": QUESTION})
    assert answer.status_code == 508
    assert "came back to app:/api/chat by way of app:/api/chat" in answer.json()["detail"]


def test_a_circle_through_two_services_is_described(start):
    app_port, chat_port = free_port(), free_port()
    chat_url, app_url = f"http://127.0.0.1:{chat_port}", f"http://127.0.0.1:{app_port}"
    app = start("app", app_port, CHAT_API_URL=chat_url, IA_SERVICE_URL=UNUSED)
    chat = start("chat", chat_port, CHAT_BACKEND_URL=f"{app_url}/api/chat")
    app.wait_until(200), chat.wait_until(200)
    answer = app.post("/api/chat", {"message": QUESTION})
    assert answer.status_code == 508
    assert "app:/api/chat -> chat:/api/chat" in answer.json()["detail"]


def test_every_line_is_json_and_none_holds_a_question(chain):
    chain.app.post("/api/chat", {"message": "Is my canary quick to cook?"})
    for server in (chain.app, chain.chat, chain.gpt):
        lines = server.log_lines()
        assert any(line.get("status_code") == 200 for line in lines)
        assert "canary" not in json.dumps(lines)


@pytest.mark.parametrize("service", ["app", "chat"])
def test_a_service_starts_within_two_seconds_and_stops_at_once(start, service):
    server = start(service, MAIN_APP_URL=UNUSED, CHAT_API_URL=UNUSED, IA_SERVICE_URL=UNUSED)
    server.wait_until(200)
    assert server.terminate() < 2
    assert server.process.returncode == 0
    assert server.log_lines()[-1]["message"] == "stopped"
