"""What the tests of the symptom checker share: one small trained model, and real servers with it."""

from pathlib import Path

import pytest

from app.symptoms.src.model import train
from tests.app.app_process import AppProcess, free_port

APP = Path(__file__).parents[3] / "app" / "symptoms"
PATIENT = {
    "age": 41,
    "temperature_c": 39.2,
    "symptoms": ["cough", "fatigue", "muscle_ache", "headache"],
}
KEY = "canary-key-of-the-symptoms-api"


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder that training writes, from fewer patients than usual."""
    folder = tmp_path_factory.mktemp("symptoms-model")
    train.train(folder, rows=1500, test_rows=1000)
    return folder


class RunningApi(AppProcess):
    """`python -m src.api`, started as the image starts it."""

    def __init__(self, model: Path, log: Path, **variables: str) -> None:
        port = free_port()
        environment = {"MODEL_FOLDER": str(model), "API_PORT": str(port)}
        super().__init__(["-m", "src.api"], APP, log, environment | variables, port)


@pytest.fixture(scope="session")
def open_api(trained, tmp_path_factory):
    """One API that lets everybody in, for tests that can share its log."""
    with RunningApi(trained, tmp_path_factory.mktemp("api"), AUTH_REQUIRED="false") as api:
        api.wait_until(200)
        yield api


@pytest.fixture(scope="session")
def closed_api(trained, tmp_path_factory):
    """One API that asks for the key."""
    with RunningApi(trained, tmp_path_factory.mktemp("api"), API_KEY=KEY) as api:
        api.wait_until(200)
        yield api
