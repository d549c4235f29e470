"""A live sandbox Hub on a free port, and the platform's own client pointed at it."""

import os

# Read by huggingface_hub when it is imported.
os.environ["HF_HUB_DISABLE_XET"] = "1"
os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"

import subprocess
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import huggingface_hub.constants
import pytest
from huggingface_hub import HfApi

from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.hub.app import create_hub_app
from sandbox.hub.contract import SpaceSettings
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.webhooks.service import Webhooks
from sandbox.store.database import Database
from sandbox.webhooks.targets import LOOPBACK, Targets
from tests.sandbox.background import BackgroundServer

TOKENS = {"ada": "hf_ada", "reader": "hf_ada_read", "eve": "hf_eve", "poor": "hf_poor"}


class RecordingSpaceHost:
    """Stands in for the Spaces half: notes down what it is told."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def created(self, repo_id: str, settings: SpaceSettings) -> None:
        self.calls.append(("created", repo_id, settings))

    def committed(self, repo_id: str, commit: str) -> None:
        self.calls.append(("committed", repo_id, commit))

    def moved(self, old_id: str, new_id: str) -> None:
        self.calls.append(("moved", old_id, new_id))

    def deleted(self, repo_id: str) -> None:
        self.calls.append(("deleted", repo_id))

    def runtime(self, repo_id: str) -> dict[str, Any]:
        assert repo_id.count("/") == 1
        return {"stage": "NO_APP_FILE", "hardware": {"current": None, "requested": "cpu-basic"}}

    def host(self, repo_id: str) -> tuple[str, str]:
        subdomain = repo_id.replace("/", "-").replace("_", "-")
        return f"http://{subdomain}.localhost", subdomain

    def told_of(self, repo_id: str, what: str) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] == what and call[1] == repo_id]


@dataclass
class Hub:
    """What a test may want of the running sandbox."""

    url: str
    reader: SpaceReader
    registry: Registry
    spaces: RecordingSpaceHost
    log: RequestLog
    faults: Faults
    tokens: dict[str, str] = field(default_factory=lambda: dict(TOKENS))

    def api(self, who: str = "ada") -> HfApi:
        return HfApi(endpoint=self.url, token=self.tokens[who])

    def http(self, who: str | None = "ada") -> httpx.Client:
        headers = {} if who is None else {"Authorization": f"Bearer {self.tokens[who]}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30, trust_env=False)


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    database = Database(folder / "sandbox.sqlite")
    registry = Registry(database, folder)
    write, read = TokenRole.WRITE, TokenRole.READ
    accounts = Accounts(
        [
            User(name="ada", tokens={"hf_ada": write, "hf_ada_read": read}, organizations=["acme"]),
            User(name="eve", tokens={"hf_eve": write}),
            User(name="poor", tokens={"hf_poor": write}, paid=False),
        ],
        [Organization(name="acme")],
    )
    access, spaces = Access(accounts, registry), RecordingSpaceHost()
    webhooks = Webhooks(registry, accounts, "http://hub.localhost", Targets(LOOPBACK, set))
    webhooks.courier.start()
    hub_app = create_hub_app(registry, access, folder, spaces, webhooks=webhooks)
    log, faults = RequestLog(database), Faults(database)
    app = RequestRecorder(
        FaultInjector(hub_app, faults, "huggingface"), log, "huggingface", hub_app.routes
    )
    with BackgroundServer(app, log_level="error") as server:
        yield Hub(server.url, SpaceReader(registry), registry, spaces, log, faults)
    webhooks.courier.stop()
    app.stop()
    database.close()


@pytest.fixture
def hub(running_hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    # Should another test have imported the client first, its environment is read already.
    constants = huggingface_hub.constants
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_TELEMETRY", True)
    yield running_hub
    running_hub.faults.clear()


@pytest.fixture
def api(hub: Hub) -> HfApi:
    return hub.api()


@pytest.fixture
def name() -> str:
    """A repository name nobody else uses."""
    return f"ada/repo-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def model(api: HfApi, name: str) -> str:
    api.create_repo(name)
    return name


@pytest.fixture
def space(api: HfApi, name: str) -> str:
    api.create_repo(name, repo_type="space", space_sdk="docker")
    return name


@pytest.fixture
def git(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs git with an identity and without the developer's own settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "NO_PROXY": "*",
        **{f"GIT_{role}_NAME": "Ada" for role in ("AUTHOR", "COMMITTER")},
        **{f"GIT_{role}_EMAIL": "ada@example.org" for role in ("AUTHOR", "COMMITTER")},
    }

    def run(*arguments: str, folder: Path = tmp_path, ok: bool = True):
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if ok and done.returncode:
            raise AssertionError(f"git {arguments[0]} failed: {done.stderr}")
        return done

    return run
