"""The page's calls: on a Space through the proxy client, elsewhere without it, the same answers."""

import sys

import pytest

from app.symptoms.src.ui import backend, wording
from tests.app.app_process import free_port
from tests.app.symptoms.conftest import KEY, PATIENT

CLIENT = "app.symptoms.src.proxy.client"


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    """What is read once is read again in each test, and nothing of it stays."""

    def forget():
        backend.settings.cache_clear()
        backend.proxy_client.cache_clear()

    forget()
    for name in ("SPACE_ID", "API_KEY", "API_URL", "AUTH_REQUIRED"):
        monkeypatch.delenv(name, raising=False)
    yield
    forget()


@pytest.fixture(params=["space", "elsewhere"])
def place(request, monkeypatch):
    if request.param == "space":
        monkeypatch.setenv("SPACE_ID", "slipway/symptoms")
    return request.param


def call_all():
    return {
        "health": backend.api_health_proxy(),
        "predict": backend.api_predict_proxy(PATIENT),
        "predict_proba": backend.api_predict_proba_proxy(PATIENT),
        "logs": backend.api_logs_proxy(1, ""),
        "clear_logs": backend.api_clear_logs_proxy(""),
    }


def test_space_id_decides_who_calls_and_nothing_but_that(place, open_api, monkeypatch):
    monkeypatch.setenv("API_URL", open_api.url)
    answers = call_all()
    assert {name: status for name, (_, status) in answers.items()} == dict.fromkeys(answers, 200)
    assert answers["predict"][0]["prediction"] == "influenza"
    assert answers["logs"][0]["count"] == 1
    assert answers["clear_logs"][0]["deleted"] >= 2
    assert (backend.proxy_client() is not None) == (place == "space")


def test_both_ways_answer_the_same(open_api, monkeypatch):
    monkeypatch.setenv("API_URL", open_api.url)
    backend.api_clear_logs_proxy("")
    without = call_all()
    monkeypatch.setenv("SPACE_ID", "slipway/symptoms")
    backend.proxy_client.cache_clear()
    through = call_all()
    for name in ("health", "predict", "predict_proba", "clear_logs"):
        assert through[name] == without[name]


def test_elsewhere_the_client_is_not_even_imported(open_api, monkeypatch):
    monkeypatch.setenv("API_URL", open_api.url)
    monkeypatch.delitem(sys.modules, CLIENT, raising=False)
    call_all()
    assert CLIENT not in sys.modules


@pytest.mark.usefixtures("place")
def test_the_page_predicts_with_its_own_key_and_reads_logs_with_the_visitors(
    closed_api, monkeypatch
):
    monkeypatch.setenv("API_URL", closed_api.url)
    monkeypatch.setenv("API_KEY", KEY)
    assert backend.api_predict_proxy(PATIENT)[1] == 200
    assert backend.api_predict_proba_proxy(PATIENT)[1] == 200
    for key, status in (("", 401), ("wrong", 401), (KEY, 200)):
        assert backend.api_logs_proxy(5, key)[1] == status
        assert backend.api_clear_logs_proxy(key)[1] == status


@pytest.mark.usefixtures("place")
def test_without_an_api_the_answer_says_so(monkeypatch):
    monkeypatch.setenv("API_URL", f"http://127.0.0.1:{free_port()}")
    for response, status in call_all().values():
        assert status == 503
        assert "answer" in response["detail"]


@pytest.mark.usefixtures("place")
def test_an_invalid_form_is_explained_by_field(open_api, monkeypatch):
    monkeypatch.setenv("API_URL", open_api.url)
    response, status = backend.api_predict_proxy(wording.patient(None, 99, ["cough"]))
    said = wording.result(response, status)
    assert said.startswith("**No prediction.** Please check the form: age:")
    assert "temperature_c: input should be less than or equal to 43" in said


def test_a_prediction_reads_as_a_sentence():
    said = wording.result({"prediction": "migraine", "probability": 0.8765}, 200)
    assert said == "### Most likely: migraine (88 %)"


@pytest.mark.parametrize(
    ("probability", "said"), [(0.99, "99 %"), (0.9901, "over 99 %"), (1.0, "over 99 %")]
)
def test_no_prediction_claims_to_be_certain(probability, said):
    assert wording.percent(probability) == said


def test_a_whole_age_is_a_whole_number_and_half_a_year_is_left_for_the_api_to_refuse():
    assert wording.patient(34.0, 37.5, []) == {"age": 34, "temperature_c": 37.5, "symptoms": []}
    assert wording.patient(34.5, 37.5, [])["age"] == 34.5


@pytest.mark.parametrize(
    ("status", "said"), [(401, "The key is missing or wrong."), (503, "has a problem (503)")]
)
def test_a_refusal_reads_as_a_sentence(status, said):
    assert said in wording.trouble({"detail": "internal"}, status)
    assert "internal" not in wording.trouble({"detail": "internal"}, status)


def test_the_log_is_a_table_in_the_order_of_its_columns():
    entry = {
        "timestamp": "2026-01-11T18:00:00.123+00:00",
        "method": "POST",
        "path": "/predict",
        "status_code": 422,
        "duration_ms": 3.2,
        "prediction": None,
        "probability": None,
    }
    [row] = wording.log_rows([entry])
    assert row == ("2026-01-11 18:00:00", "POST /predict", 422, 3.2, "", "")
    assert len(row) == len(wording.LOG_COLUMNS)
    [row] = wording.log_rows([{**entry, "prediction": "allergy", "probability": 0.5}])
    assert row[-2:] == ("allergy", "50 %")
