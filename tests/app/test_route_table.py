"""Prod refuses without the key what dev allows: every route of every app, as the stacks set it.

The routes are the apps' own, so one that is added without a row fails here.
"""

from itertools import product
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from app.inference.app import inference_server
from app.inference.app import settings as inference
from app.retraining.backend.app import main as backend
from app.retraining.backend.app import settings as retraining
from app.symptoms.src import config as symptoms
from app.symptoms.src.api import app as symptoms_api
from app.symptoms.src.logs_pipeline.store import LogStore
from app.turnover.src import service as turnover_api
from app.turnover.src import settings as turnover
from app.turnover.src.served_model import ServedModel
from tests.app.route_table import OPEN, PAGE, TABLE, page

CHECKOUT = Path(__file__).parents[2]
STACKS = ("dev", "prod")
CALLERS_KEY = "canary-of-the-callers-key"
REFUSED = (401, 403, 404, 405)


def nobody(_):
    raise AssertionError("nothing is loaded here: who is let in is decided before")


def build_inference(_):
    environment = {"HYBRID_REMOTE_GENERATION": "true", "REMOTE_ENGINE_URL": "http://127.0.0.1:9"}
    settings = inference.Settings.load("acme/model", environment)
    service = inference_server.Service.prepare(settings)
    return inference_server.create_app(service, nobody)


def build_symptoms(environment):
    key = symptoms.Settings.load(environment).required_key()
    file = SimpleNamespace(labels=("influenza",), sha256="f" * 64)
    predictor = SimpleNamespace(file=file, probabilities=lambda *_: {"influenza": 1.0})
    return symptoms_api.create_app(predictor, LogStore("", 10), key)


def build_turnover(environment):
    settings = turnover.Settings.load({**environment, "HF_MODEL_REPO": "acme/model"})
    return turnover_api.create_app(settings, ServedModel(settings, nobody), nobody)


def build_retraining(environment):
    settings = retraining.Settings.load({**environment, "HF_MODEL_REPO": "acme/model"})
    return backend.create_app(backend.Service(settings, nobody), nobody)


BUILD = {
    "inference": build_inference,
    "symptoms": build_symptoms,
    "turnover": build_turnover,
    "retraining": build_retraining,
}


def environment_of(app, stack):
    """What the stack's own values become in the app, as `systems/` hands them over."""
    values = yaml.safe_load((CHECKOUT / f"Pulumi.{stack}.yaml").read_text("utf-8"))["config"]
    own = values[f"slipway:{app}"]
    switches = {"AUTH_REQUIRED": own.get("authRequired", True), "DEBUG": own.get("debug", False)}
    return {"API_KEY": CALLERS_KEY, **{name: str(on).lower() for name, on in switches.items()}}


@pytest.fixture(scope="module")
def apps():
    return {each: BUILD[each[0]](environment_of(*each)) for each in product(BUILD, STACKS)}


def routes_of(app):
    for route in app.routes:
        assert not isinstance(route, Mount), "its routes must be walked too"
        assert isinstance(route, Route) or hasattr(route, "methods"), route
        yield from ((method, route.path) for method in route.methods - {"HEAD"})


@pytest.mark.parametrize("name", BUILD)
def test_every_route_has_its_row_and_every_row_its_route(apps, name):
    there = {route for stack in STACKS for route in routes_of(apps[name, stack])}
    assert there == set(TABLE[name])


def ask(app, route, **headers):
    client = TestClient(app, raise_server_exceptions=False)  # its start, which loads, stays away
    return client.request(*route, headers=headers, json={} if route[0] == "POST" else None)


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize(
    ("name", "route"), [(name, route) for name in BUILD for route in TABLE[name]]
)
def test_a_stranger_gets_what_the_table_says(apps, stack, name, route):
    answer = ask(apps[name, stack], route)
    wanted = TABLE[name][route][STACKS.index(stack)]
    if wanted == OPEN:
        assert answer.status_code not in REFUSED, answer.text
    else:
        assert answer.status_code == int(wanted), answer.text
        assert "canary" not in answer.text + str(answer.headers)


@pytest.mark.parametrize(
    ("name", "route"),
    [(name, route) for name in BUILD for route, row in TABLE[name].items() if "401" in row],
)
def test_in_prod_the_key_opens_what_it_is_for(apps, name, route):
    refused = {401, 403}
    assert ask(apps[name, "prod"], route, **{"X-API-Key": "x"}).status_code in refused
    assert ask(apps[name, "prod"], route, **{"X-API-Key": CALLERS_KEY}).status_code not in refused


def test_no_row_is_stricter_in_dev_and_prod_closes_what_it_must():
    rows = [row for routes in TABLE.values() for row in routes.values()]
    assert all(dev == OPEN for dev, _ in rows)
    assert sum(prod != OPEN for _, prod in rows) > len(rows) / 2


def test_the_page_is_what_the_command_writes():
    assert PAGE.read_text("utf-8") == page(), "run `python -m tests.app.route_table`"
