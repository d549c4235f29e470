"""What the tests of the turnover API share: one model trained for the run, and servers of it.

It stands alone: the app's own pipeline runs these tests without the fixtures of the folders above.
"""

import hashlib
import json
import os
import pickle
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.testclient import TestClient

# Before numpy is imported: matrices this small only get slower when threads share them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from app.turnover.src.model_file import Model
from app.turnover.src.served_model import ServedModel
from app.turnover.src.service import create_app
from app.turnover.src.settings import Settings
from app.turnover.training import train

APP = Path(__file__).parents[3] / "app" / "turnover"
REPO, COMMIT, KEY = "acme/turnover", "0123456789abcdef" * 2 + "01234567", "key-canary"


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder that training writes, of fewer employees than usual."""
    folder = tmp_path_factory.mktemp("trained")
    train.build(folder, count=2000, seed=7)
    return folder


@pytest.fixture(scope="session")
def model(trained) -> Model:
    content = (trained / "model.pkl").read_bytes()
    return Model(pickle.loads(content), REPO, COMMIT, hashlib.sha256(content).hexdigest())  # noqa: S301 - just trained


@pytest.fixture
def payload():
    return json.loads((APP / "tests/fixtures/test_payload.json").read_text())


@pytest.fixture
def serve(model):
    """Starts the API in this process; a model of None stays away."""
    with ExitStack() as stack:

        def start(served=model, **changes):
            settings = Settings(**{"model_repo": REPO, "api_key": KEY, **changes})

            def fetch(_settings):
                return served

            waiting = ServedModel(settings, fetch)
            failures = []
            app = create_app(settings, waiting, failures.append)
            if served is None:  # the thread that loads never gets to it
                waiting.load_in_background = lambda _failure: None
            else:
                waiting.load()
            client = TestClient(app, raise_server_exceptions=False)
            return stack.enter_context(client)

        yield start
