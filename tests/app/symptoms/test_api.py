"""The API: what it answers, to whom, and what its log never holds."""

import httpx
import pytest

from tests.app.symptoms.conftest import KEY, PATIENT, ServedApi

CLOSED = [
    ("POST", "/predict", PATIENT),
    ("POST", "/predict_proba", PATIENT),
    ("GET", "/logs", None),
    ("DELETE", "/logs", None),
]
OPEN = [("GET", "/", None), ("GET", "/health", None)]


def call(api, method, path, body=None, key=None):
    headers = {"X-API-Key": key} if key is not None else {}
    return httpx.request(method, api.url + path, json=body, headers=headers, timeout=20)


@pytest.mark.parametrize(("method", "path", "body"), [*OPEN, *CLOSED])
def test_where_no_key_is_required_everybody_is_let_in(open_api, method, path, body):
    assert call(open_api, method, path, body).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), CLOSED)
@pytest.mark.parametrize("key", [None, "", "wrong", KEY[:-1], KEY + "x", "é"])
def test_where_a_key_is_required_nothing_else_opens(closed_api, method, path, body, key):
    sent = key.encode() if key else key
    headers = {"X-API-Key": sent} if sent is not None else {}
    refused = httpx.request(method, closed_api.url + path, json=body, headers=headers, timeout=20)
    assert refused.status_code == 401
    assert refused.json() == {"detail": "X-API-Key is missing or wrong"}


@pytest.mark.parametrize(("method", "path", "body"), [*OPEN, *CLOSED])
def test_the_key_opens_everything(closed_api, method, path, body):
    assert call(closed_api, method, path, body, KEY).status_code == 200


@pytest.mark.parametrize(("method", "path", "body"), OPEN)
def test_what_it_is_and_whether_it_is_well_is_no_secret(closed_api, method, path, body):
    assert call(closed_api, method, path, body).status_code == 200


def test_there_is_no_route_beside_these(closed_api, open_api):
    for api in (closed_api, open_api):
        for path in ("/docs", "/redoc", "/openapi.json", "/metrics"):
            assert call(api, "GET", path).status_code == 404


def test_a_stranger_is_refused_before_what_he_sends_is_looked_at(closed_api):
    assert call(closed_api, "POST", "/predict", {"nonsense": True}).status_code == 401


def test_health_has_the_three_keys_of_every_app_and_says_model_store_and_access(open_api):
    health = call(open_api, "GET", "/health").json()
    assert health["status"] == "healthy"
    assert health["model_loaded"] is True
    assert health["version"] == "1.0.0"
    assert len(health["model_sha256"]) == 64
    assert health["log_store"] == "memory"
    assert health["auth_required"] is False


def test_a_prediction_and_the_probabilities_agree(open_api):
    one = call(open_api, "POST", "/predict", PATIENT).json()
    all_ = call(open_api, "POST", "/predict_proba", PATIENT).json()["probabilities"]
    assert one["prediction"] == "influenza"
    assert max(all_, key=all_.get) == one["prediction"]
    assert all_[one["prediction"]] == one["probability"]
    assert sum(all_.values()) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize(
    "change",
    [
        {"age": -1},
        {"age": 121},
        {"age": 30.5},
        {"age": "thirty"},
        {"age": None},
        {"temperature_c": 33.9},
        {"temperature_c": 43.1},
        {"temperature_c": "NaN"},
        {"symptoms": ["hiccups"]},
        {"symptoms": "cough"},
        {"symptoms": ["cough"] * 13},
        {"name": "somebody"},
    ],
)
def test_what_is_no_patient_is_refused_by_field(open_api, change):
    refused = call(open_api, "POST", "/predict", {**PATIENT, **change})
    assert refused.status_code == 422
    [field] = change
    assert field in {part for each in refused.json()["detail"] for part in each["loc"]}


@pytest.mark.parametrize("missing", ["age", "temperature_c"])
def test_what_is_missing_is_named(open_api, missing):
    body = {key: value for key, value in PATIENT.items() if key != missing}
    refused = call(open_api, "POST", "/predict", body)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", missing]


def test_no_symptom_at_all_is_an_answer_too(open_api):
    body = {"age": 30, "temperature_c": 36.6}
    assert call(open_api, "POST", "/predict", body).status_code == 200


@pytest.mark.parametrize("limit", [0, 1001, "many"])
def test_a_limit_of_the_log_has_bounds(open_api, limit):
    assert call(open_api, "GET", f"/logs?limit={limit}").status_code == 422


@pytest.fixture
def api(trained):
    """An API whose log no other test writes."""
    with ServedApi(trained, capacity=3) as served:
        yield served


def test_the_log_holds_predictions_and_refusals_until_it_is_cleared_and_nothing_else(api):
    call(api, "POST", "/predict", PATIENT)
    call(api, "POST", "/predict_proba", {**PATIENT, "age": -1})
    call(api, "GET", "/logs")
    said = call(api, "GET", "/logs").json()
    assert (said["store"], said["count"]) == ("memory", 2)
    refused, predicted = said["logs"]
    assert (predicted["message"], predicted["status_code"]) == ("Request POST /predict", 200)
    assert (predicted["prediction"], predicted["level"]) == ("influenza", "info")
    assert 0 < predicted["probability"] <= 1
    assert predicted["duration_ms"] > 0
    assert (refused["path"], refused["status_code"]) == ("/predict_proba", 422)
    assert (refused["prediction"], refused["probability"]) == (None, None)

    for _ in range(4):
        call(api, "POST", "/predict", PATIENT)
    assert call(api, "GET", "/logs").json()["count"] == 3
    assert call(api, "GET", "/logs?limit=2").json()["count"] == 2
    assert call(api, "DELETE", "/logs").json() == {"deleted": 3}
    assert call(api, "GET", "/logs").json()["logs"] == []


def test_the_log_never_holds_what_a_patient_answered(api, caplog):
    caplog.set_level("INFO", "symptoms")
    patient = {**PATIENT, "temperature_c": 39.217463}  # no part of a moment or a duration
    call(api, "POST", "/predict", patient)
    call(api, "POST", "/predict?age=41", {**patient, "symptoms": ["canary-symptom"]})
    kept = call(api, "GET", "/logs").text
    said = repr([vars(record) for record in caplog.records])
    assert "/predict" in said
    for text in (kept, said):
        for answer in ("muscle_ache", "39.217463", "canary-symptom", "age=41"):
            assert answer not in text
