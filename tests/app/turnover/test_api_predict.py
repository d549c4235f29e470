"""What the API answers: predictions, refusals of bad input, and 503 while there is no model."""

import json

import pytest
from pydantic import ValidationError

from app.turnover.src.employee import Employee
from app.turnover.src.version import VERSION
from app.turnover.training import hr_data
from tests.app.turnover.conftest import APP, COMMIT, KEY, REPO

HEADERS = {"X-API-Key": KEY}


@pytest.fixture
def client(serve):
    return serve()


def post(client, payload, path="/predict"):
    return client.post(path, json=payload, headers=HEADERS)


def test_health_has_exactly_three_keys_and_the_one_version(client):
    answer = client.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "healthy", "model_loaded": True, "version": VERSION}
    places = [p for p in APP.rglob("*.py") if ".venv" not in p.parts and VERSION in p.read_text()]
    assert [path.name for path in places] == ["version.py"]


def test_the_front_page_says_which_model_answers(client, model):
    said = client.get("/").json()
    assert (said["model"], said["revision"], said["sha256"]) == (REPO, COMMIT, model.sha256)
    assert said["version"] == VERSION
    assert said["key"] == "X-API-Key"


def test_the_fixture_is_what_the_api_takes():
    fixture = (APP / "tests/fixtures/test_payload.json").read_text()
    Employee.model_validate_json(fixture)
    assert set(json.loads(fixture)) == set(Employee.model_fields)


def test_somebody_with_every_reason_to_leave_is_a_yes_and_the_contrary_a_no(client, payload):
    leaving = post(client, payload).json()
    assert leaving["prediction"] == "Oui"
    assert 0.5 <= leaving["probability"] <= 1
    content = payload | {"overtime": False, "job_satisfaction": 4, "monthly_income": 6000}
    content |= {"business_travel": "none", "companies_before": 0}
    staying = post(client, content).json()
    assert staying["prediction"] == "Non"
    assert staying["probability"] < 0.5
    assert set(staying) == {"prediction", "probability"}


def test_probabilities_of_both_labels_sum_to_one_and_agree_with_the_prediction(client, payload):
    both = post(client, payload, "/predict_proba").json()["probabilities"]
    assert set(both) == {"Oui", "Non"}
    assert sum(both.values()) == pytest.approx(1, abs=1e-3)
    assert both["Oui"] == post(client, payload).json()["probability"]


@pytest.mark.parametrize("path", ["/predict", "/predict_proba"])
@pytest.mark.parametrize(
    "change",
    [
        {"age": 12},
        {"age": "29"},
        {"age": None},
        {"department": "catering"},
        {"monthly_income": 0},
        {"overtime": 1},
        {"job_satisfaction": 5},
        {"years_at_company": 20},  # began to work at nine
        {"years_since_promotion": 4},  # before they came
        {"name": "somebody"},
    ],
)
def test_what_can_not_be_an_employee_is_refused_with_422(client, payload, path, change):
    answer = post(client, payload | change, path)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("field", sorted(Employee.model_fields))
def test_nothing_may_be_missing(client, payload, field):
    del payload[field]
    assert post(client, payload).status_code == 422


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"age": NaN}'])
def test_a_body_that_is_no_object_is_refused_with_422(client, body):
    headers = {**HEADERS, "Content-Type": "application/json"}
    answer = client.post("/predict", content=body, headers=headers)
    assert answer.status_code == 422
    assert {"loc", "msg", "type"} == set(answer.json()["detail"][0])


def test_without_a_model_everything_but_the_open_pages_says_503_and_why(serve, payload):
    client = serve(None)
    health = client.get("/health")
    assert health.status_code == 503
    assert health.json() == {"status": "loading", "model_loaded": False, "version": VERSION}
    for path in ("/predict", "/predict_proba"):
        answer = post(client, payload, path)
        assert answer.status_code == 503
        assert "Model not loaded" in answer.json()["detail"]
    assert client.get("/").json()["revision"] is None
    assert client.get("/logs", headers=HEADERS).status_code == 200


def test_bad_input_is_refused_before_anybody_asks_for_the_model(serve):
    assert post(serve(None), {}).status_code == 422


def test_every_employee_that_training_makes_up_is_one_that_the_api_takes(payload):
    for employee in hr_data.generate(300, seed=3).employees:
        whole = {
            name: bool(value) if name == "overtime" else value for name, value in employee.items()
        }
        integers = {n for n, f in Employee.model_fields.items() if f.annotation is int}
        whole |= {name: int(whole[name]) for name in integers}
        assert Employee(**whole).features() == employee
    with pytest.raises(ValidationError):
        Employee(**payload | {"overtime": "yes"})
