"""Protects the owner's bill: in production no route that costs processor time is open to all.

Every route of the three services, by who asks: anybody, a peer, the owner. A route that is added
without a row here fails the last test.
"""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.app.app_process import free_port
from tests.app.conftest import lay_out
from tests.app.frigo.conftest import Chain
from tests.app.frigo.kitchen_server import KitchenServer
from tests.app.route_table import OPEN as LET_IN
from tests.app.route_table import TABLE

KITCHEN = Path(__file__).parents[3] / "app/frigo/kitchen"
ROUTE = re.compile(r'@app\.(get|post|put|patch|delete)\("([^"]+)"\)')
ANY_ROUTE = re.compile(r"@app\.(?:route|get|post|put|patch|delete)\(|add_url_rule|Blueprint")
ADMIN, PEER = "canary-of-the-admin-key", "canary-of-the-service-key"
QUESTION = {"message": "Who owns this fridge?"}
PROMPT = {"prompt": "Q:", "max_new_tokens": 1}
OPEN, PEERS, OWNER = "anybody", "a peer", "the owner"
WHO = {OPEN: {}, PEERS: {"X_Service_Key": PEER}, OWNER: {"X_Admin_Key": ADMIN}}

# service, method, route, body: who may ask
ROUTES = [
    ("app", "GET", "/", None, OPEN),
    ("app", "GET", "/health", None, OPEN),
    ("app", "POST", "/api/chat", QUESTION, OPEN),
    ("app", "GET", "/api/history", None, OPEN),
    ("app", "POST", "/api/ia/generate", PROMPT, PEERS),
    ("app", "POST", "/api/finetune/start", {"steps": 0}, OWNER),
    ("app", "GET", "/api/finetune/status", None, OWNER),
    ("app", "POST", "/api/simulator/start", {"seconds": -1}, OWNER),
    ("app", "GET", "/api/simulator/status", None, OWNER),
    ("app", "POST", "/api/simulator/stop", None, OWNER),
    ("chat", "GET", "/health", None, OPEN),
    ("chat", "POST", "/api/chat", QUESTION, PEERS),
    ("gpt", "GET", "/health", None, OPEN),
    ("gpt", "POST", "/api/generate", PROMPT, PEERS),
    ("gpt", "POST", "/api/finetune/start", {"steps": 0}, OWNER),
    ("gpt", "GET", "/api/finetune/status", None, PEERS),
]
ROWS = [pytest.param(*row, id=" ".join(row[:3])) for row in ROUTES]


def kitchen(stack, repository, trained, folder, **variables):
    ports = {"app": free_port(), "chat": free_port(), "gpt": free_port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    models = str(lay_out(trained, folder / "models", "tiny"))
    addresses = {
        "app": {"CHAT_API_URL": urls["chat"], "IA_SERVICE_URL": urls["gpt"]},
        "chat": {"MAIN_APP_URL": urls["app"]},
        "gpt": {"MAIN_APP_URL": urls["app"], "IA_MODEL": "tiny", "MODELS_FOLDER": models},
    }
    servers = {
        name: stack.enter_context(
            KitchenServer(name, repository, folder, ports[name], **addresses[name], **variables)
        )
        for name in ports
    }
    for server in servers.values():
        server.wait_until(200)
    return Chain(**servers)


@pytest.fixture(scope="module")
def closed(repository, trained, tmp_path_factory):
    """As prod runs it."""
    folder = tmp_path_factory.mktemp("closed")
    keys = {"ADMIN_KEY": ADMIN, "SERVICE_KEY": PEER, "AUTH_REQUIRED": "true"}
    with ExitStack() as stack:
        yield kitchen(stack, repository, trained, folder, **keys)


@pytest.fixture(scope="module")
def keyless(repository, trained, tmp_path_factory):
    """As an image runs that nobody configured: production is the default."""
    folder = tmp_path_factory.mktemp("keyless")
    with ExitStack() as stack:
        yield kitchen(stack, repository, trained, folder, AUTH_REQUIRED="")


def asked(chain, service, method, route, body, **headers):
    server = getattr(chain, service)
    return server.get(route, **headers) if method == "GET" else server.post(route, body, **headers)


@pytest.mark.parametrize(("service", "method", "route", "body", "allowed"), ROWS)
def test_each_route_lets_in_whom_it_is_for(closed, service, method, route, body, allowed):
    for who, headers in WHO.items():
        answer = asked(closed, service, method, route, body, **headers)
        if allowed in (OPEN, who):
            assert answer.status_code not in (401, 403), (who, answer.text)
        else:
            assert answer.status_code == 401, (who, answer.text)
        assert "canary" not in answer.text
    wrong = asked(closed, service, method, route, body, X_Admin_Key="x", X_Service_Key="x")
    assert (wrong.status_code == 401) is (allowed != OPEN)


@pytest.mark.parametrize(("service", "method", "route", "body", "allowed"), ROWS)
def test_without_keys_production_is_closed_and_says_what_to_set(
    keyless, service, method, route, body, allowed
):
    answer = asked(keyless, service, method, route, body, X_Admin_Key="x", X_Service_Key="x")
    if route == "/api/chat" and service == "app":
        assert answer.status_code == 403  # the chat service's own, passed on
        assert "SERVICE_KEY" in answer.json()["detail"]
    elif allowed == OPEN:
        assert answer.status_code == 200
    else:
        assert answer.status_code == 403
        assert "AUTH_REQUIRED=false" in answer.json()["detail"]


@pytest.mark.parametrize(("service", "method", "route", "body", "allowed"), ROWS)
def test_dev_opens_what_prod_closes(chain, service, method, route, body, allowed):
    del allowed
    assert asked(chain, service, method, route, body).status_code not in (401, 403)


def test_a_question_goes_through_all_three_and_shows_no_key(closed):
    answer = closed.app.post("/api/chat", QUESTION)
    assert answer.status_code == 200, answer.text
    assert answer.json()["reply"]
    assert closed.app.get("/api/finetune/status", X_Admin_Key=ADMIN).json()["state"] == "idle"
    for server in (closed.app, closed.chat, closed.gpt):
        assert "canary" not in server.output()


def test_every_route_has_its_row():
    sources = {"app": "main_app", "chat": "chat_service", "gpt": "ai_service"}
    there = {
        (service, method.upper(), route)
        for service, module in sources.items()
        for name in (module, "web")
        for method, route in ROUTE.findall((KITCHEN / f"{name}.py").read_text())
    }
    assert there == {(service, method, route) for service, method, route, *_ in ROUTES}
    for module in (*sources.values(), "web"):
        text = (KITCHEN / f"{module}.py").read_text()
        assert len(ROUTE.findall(text)) == len(ANY_ROUTE.findall(text)), "one that no row can name"


def test_the_table_for_people_says_the_same():
    for service in ("app", "chat", "gpt"):
        rows = {
            (method, route): (LET_IN, LET_IN if allowed == OPEN else "401")
            for of, method, route, _, allowed in ROUTES
            if of == service
        }
        assert rows == TABLE[f"frigo {service}"]
