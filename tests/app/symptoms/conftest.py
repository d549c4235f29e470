"""What the tests of the symptom checker share: one small trained model, and APIs that serve it."""

import threading
from pathlib import Path
from typing import Self

import pytest
import uvicorn

from app.symptoms.src.api.app import create_app
from app.symptoms.src.logs_pipeline.store import LogStore
from app.symptoms.src.model import train
from app.symptoms.src.model.predictor import Predictor

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


class ServedApi:
    """The API on a port of its own, in this process: the model's library is loaded here anyway."""

    def __init__(self, model: Path, key: str = "", capacity: int = 1000) -> None:
        app = create_app(Predictor.load(model), LogStore("", capacity), key)
        config = uvicorn.Config(app, port=0, log_config=None, access_log=False)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        ready = threading.Event()
        while not self._server.started:
            assert self._thread.is_alive()
            ready.wait(0.01)
        [sockets] = [each.sockets for each in self._server.servers]
        self.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join()


@pytest.fixture(scope="session")
def open_api(trained):
    """One API that lets everybody in, for tests that can share its log."""
    with ServedApi(trained) as api:
        yield api


@pytest.fixture(scope="session")
def closed_api(trained):
    """One API that asks for the key."""
    with ServedApi(trained, KEY) as api:
        yield api
