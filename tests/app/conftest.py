"""What the tests of the apps share: one small model trained for the run, and real servers."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

# Before numpy is imported: matrices this small only get slower when threads share them.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from app.language_model import train
from tests.app.running_server import RunningServer

REPO, REVISION = "acme/tiny-phi", "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Path:
    """The folder `train.py --variant quick` writes, some four seconds of work."""
    folder = tmp_path_factory.mktemp("trained")
    train.build(folder, train.VARIANTS["quick"], seed=7, corpus_seed=1)
    return folder


def lay_out(trained: Path, folder: Path, name: str = "tiny-phi") -> Path:
    """Puts the weights where download_models.py would have put them; returns MODELS_FOLDER."""
    weights = folder / name / train.WEIGHTS_FILE
    weights.parent.mkdir(parents=True)
    shutil.copy(trained / train.WEIGHTS_FILE, weights)
    description = {
        "repo": REPO,
        "revision": REVISION,
        "file": weights.name,
        "size": weights.stat().st_size,
        "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "context_length": 256,
    }
    (weights.parent / "model.json").write_text(json.dumps(description))
    return folder


@pytest.fixture
def models_folder(trained, tmp_path) -> Path:
    """A copy that a test may damage."""
    return lay_out(trained, tmp_path / "models")


@pytest.fixture(scope="session")
def shared(trained, tmp_path_factory) -> Iterator[RunningServer]:
    """One loaded server for the tests that change nothing."""
    root = tmp_path_factory.mktemp("shared")
    variables = {"BASE_MODEL": REPO, "MODELS_FOLDER": str(lay_out(trained, root / "models"))}
    with RunningServer(variables, root) as server:
        server.wait_until(200)
        yield server


@pytest.fixture
def start(models_folder, tmp_path) -> Iterator[Callable[..., RunningServer]]:
    """Starts inference servers; all of them are gone when the test ends."""
    with ExitStack() as stack:

        def _start(**variables: str) -> RunningServer:
            environment = {"BASE_MODEL": REPO, "MODELS_FOLDER": str(models_folder)} | variables
            return stack.enter_context(RunningServer(environment, tmp_path))

        yield _start
