"""The composed repository, a model in it, and services started from it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.frigo import repository as composed
from app.language_model import train
from tests.app.app_process import free_port
from tests.app.conftest import lay_out
from tests.app.frigo.kitchen_server import KitchenServer

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> Path:
    """What is pushed: every test runs the services from here, as the images do."""
    folder = tmp_path_factory.mktemp("repository")
    for name, source in composed.files(PROJECT).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, folder / name)
    return folder


@pytest.fixture(scope="session")
def weights_sha256(trained) -> str:
    return hashlib.sha256((trained / train.WEIGHTS_FILE).read_bytes()).hexdigest()


@pytest.fixture
def models_folder(trained, tmp_path) -> Path:
    """A copy that a test may damage."""
    return lay_out(trained, tmp_path / "models", "tiny")


@pytest.fixture
def start(repository, tmp_path) -> Iterator[Callable[..., KitchenServer]]:
    """Starts services; all of them are gone when the test ends."""
    with ExitStack() as stack:

        def _start(service: str, port: int = 0, **variables: str) -> KitchenServer:
            server = KitchenServer(service, repository, tmp_path, port, **variables)
            return stack.enter_context(server)

        yield _start


@dataclass(frozen=True)
class Chain:
    """The three services, each knowing the others."""

    app: KitchenServer
    chat: KitchenServer
    gpt: KitchenServer


@pytest.fixture(scope="session")
def chain(repository, trained, tmp_path_factory) -> Iterator[Chain]:
    """Running services for the tests that change nothing."""
    folder = tmp_path_factory.mktemp("chain")
    ports = {"app": free_port(), "chat": free_port(), "gpt": free_port()}
    urls = {name: f"http://127.0.0.1:{port}" for name, port in ports.items()}
    variables = {
        "app": {"CHAT_API_URL": urls["chat"], "IA_SERVICE_URL": urls["gpt"]},
        "chat": {"MAIN_APP_URL": urls["app"]},
        "gpt": {
            "MAIN_APP_URL": urls["app"],
            "IA_MODEL": "tiny",
            "MODELS_FOLDER": str(lay_out(trained, folder / "models", "tiny")),
        },
    }
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(
                KitchenServer(name, repository, folder, ports[name], **variables[name])
            )
            for name in ports
        }
        for server in servers.values():
            server.wait_until(200)
        yield Chain(**servers)
