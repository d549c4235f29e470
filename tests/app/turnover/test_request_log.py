"""One JSON line per request with the fields that monitoring reads, and nothing that is private."""

import json
import logging
import re

import pytest

from app.turnover.src.request_log import JsonFormatter, configure
from tests.app.turnover.conftest import KEY

HEADERS = {"X-API-Key": KEY}
FIELDS = {
    "timestamp": str,
    "level": str,
    "message": str,
    "method": str,
    "path": str,
    "status_code": int,
    "duration_ms": float,
}


@pytest.fixture
def lines():
    """Everything that is logged, as it is written."""
    written = []

    class Keep(logging.Handler):
        def emit(self, record):
            written.append(JsonFormatter().format(record))

    log, keep = logging.getLogger("turnover"), Keep()
    log.addHandler(keep)
    log.setLevel("INFO")
    yield lambda: [json.loads(line) for line in written]
    log.removeHandler(keep)


def requests(lines):
    return [line for line in lines() if "method" in line]


def test_a_prediction_is_a_line_of_exactly_these_fields(serve, payload, lines):
    answer = serve().post("/predict", json=payload, headers=HEADERS).json()
    [line] = requests(lines)
    assert set(line) == {*FIELDS, "prediction", "probability"}
    assert all(type(line[name]) is kind for name, kind in FIELDS.items())
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", line["timestamp"])
    assert (line["level"], line["message"]) == ("INFO", "Request POST /predict")
    assert (line["method"], line["path"], line["status_code"]) == ("POST", "/predict", 200)
    assert {name: line[name] for name in answer} == answer
    assert 0 < line["duration_ms"] < 5000


@pytest.mark.parametrize(
    ("path", "headers", "body", "status"),
    [
        ("/predict", HEADERS, {}, 422),
        ("/predict", {}, {}, 401),
        ("/nowhere", HEADERS, {}, 404),
        ("/predict_proba", HEADERS, {"age": 1}, 422),
    ],
)
def test_refusals_have_their_line_too(serve, lines, path, headers, body, status):
    serve().post(path, json=body, headers=headers)
    [line] = requests(lines)
    assert set(line) == set(FIELDS)
    assert (line["path"], line["status_code"], line["level"]) == (path, status, "INFO")


def test_an_own_error_is_logged_by_its_kind_and_answered_without_its_text(serve, payload, lines):
    class Broken:
        revision = repo = sha256 = "x"

        def probabilities(self, _features):
            raise RuntimeError("text-canary")

    answer = serve(Broken()).post("/predict", json=payload, headers=HEADERS)
    assert answer.status_code == 500
    [line] = requests(lines)
    assert (line["status_code"], line["level"]) == (500, "ERROR")
    assert "canary" not in answer.text + json.dumps(lines())


def test_nothing_of_the_caller_is_in_the_log(serve, payload, lines):
    canary = payload | {"monthly_income": 4321.125, "secret": "body-canary"}
    client = serve()
    client.post("/predict?x=query-canary", json=canary, headers=HEADERS)
    client.post("/predict", json=payload | {"monthly_income": 4321.125}, headers=HEADERS)
    written = json.dumps(lines())
    assert "canary" not in written
    assert "4321" not in written


def test_debug_lines_are_written_at_debug_and_not_at_info(serve, payload, lines):
    client = serve()
    client.post("/predict", json=payload, headers=HEADERS)
    assert {line["level"] for line in lines()} == {"INFO"}
    logging.getLogger("turnover").setLevel("DEBUG")
    client.post("/predict", json=payload, headers=HEADERS)
    assert "DEBUG" in {line["level"] for line in lines()}


def test_the_log_of_this_process_can_be_asked_for_newest_first(serve, payload):
    client = serve()
    client.post("/predict", json=payload, headers=HEADERS)
    client.post("/predict", json={}, headers=HEADERS)
    said = client.get("/logs", headers=HEADERS).json()
    assert [line["status_code"] for line in said["logs"]] == [422, 200]
    assert said["logs"][1]["prediction"] in ("Oui", "Non")
    assert len(client.get("/logs?limit=1", headers=HEADERS).json()["logs"]) == 1
    assert client.get("/logs?limit=0", headers=HEADERS).status_code == 422


def test_an_alert_begins_and_ends_with_a_line_of_its_own(serve, payload, lines):
    client = serve()
    for _ in range(20):
        client.post("/predict", json={}, headers=HEADERS)
    for _ in range(600):
        client.post("/predict_proba", json=payload, headers=HEADERS)
    alerts = [line for line in lines() if line.get("alert") == "422_rate"]
    assert [line["message"].split(":")[0] for line in alerts] == ["Alert", "Alert over"]
    assert alerts[0]["value"] == 100
    assert alerts[1]["value"] <= alerts[0]["threshold"] == 5
    state = client.get("/logs", headers=HEADERS).json()["alerts"]
    assert [each["raised"] for each in state if each["alert"] == "422_rate"] == [False]


def test_the_web_servers_own_words_are_lines_as_well(capsys):
    root, before = logging.getLogger(), logging.getLogger().handlers[:]
    try:
        configure("INFO")
        logging.getLogger("uvicorn.error").error("Started")
        assert json.loads(capsys.readouterr().out)["message"] == "Started"
    finally:
        root.handlers[:] = before
        logging.getLogger("uvicorn.access").disabled = False
