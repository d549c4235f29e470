"""A sandbox Hub over real HTTP for the providers, with its request log and its faults."""

import os

# Read by huggingface_hub when it is imported; the fixture below sets the constants themselves,
# should another test have imported it first.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")

import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import requests
from huggingface_hub import CommitOperationAdd, HfApi, constants
from huggingface_hub.utils import _http

from sandbox.apps.addresses import AddressBook
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.hub.app import create_hub_app
from sandbox.hub.http.access import Access
from sandbox.hub.http.accounts import Accounts, Organization, TokenRole, User
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.repositories.registry import Registry
from sandbox.hub.spaces.routes import space_routes
from sandbox.hub.spaces.running.turn import Tuning
from sandbox.hub.spaces.service import SpaceService
from sandbox.hub.spaces.visits import visits_of
from sandbox.store.database import Database
from slipway.core.secrecy.sealing import seal
from slipway.huggingface.hub import transport as calls
from slipway.huggingface.space import readiness
from slipway.payload.files import payload_from_folder
from tests.providers.case import OUR_MARK
from tests.providers.platform import Platform
from tests.providers.render_platform import (
    deploy_inputs,
    render,
    repository,
    running_render,
    service_inputs,
    service_name,
)
from tests.providers.thread_machine import ThreadMachine
from tests.sandbox.background import BackgroundServer

# Render's fixtures, found here by the tests.
__all__ = [
    "deploy_inputs",
    "render",
    "repository",
    "running_render",
    "service_inputs",
    "service_name",
]

PLATFORM = "huggingface"
TOKEN = "hf_canaryofthewritingtoken"
SECOND_TOKEN = "hf_canaryofitssuccessor"
READ_TOKEN = "hf_canaryofthereadingtoken"
MANY = 10**9  # requests the tests may make in a rate window


def sealed(**secrets: str) -> dict[str, str]:
    """Secrets as the program hands them to the engine."""
    return {name: seal(TOKEN, value) for name, value in secrets.items()}


@dataclass(kw_only=True)
class Hub(Platform):
    """The running Hub."""

    service: SpaceService

    @property
    def api(self) -> HfApi:
        """The official client, as somebody else uses it."""
        return HfApi(endpoint=self.url, token=TOKEN)

    def short(self, path: str) -> str:
        """`/api/spaces/acme/x/secrets` -> `secrets`: the repository is the test's own anyway."""
        parts = path.strip("/").split("/")
        return "/".join(parts[4:] if parts[1] in ("spaces", "models") else parts[1:])

    def push(self, kind: str, repo_id: str, files: dict[str, bytes], title: str = "theirs") -> str:
        """A commit of somebody else's."""
        operations = [CommitOperationAdd(path, content) for path, content in files.items()]
        commit = self.api.create_commit(repo_id, operations, commit_message=title, repo_type=kind)
        return commit.oid

    def files(self, kind: str, repo_id: str) -> dict[str, str]:
        tree = self.api.list_repo_tree(repo_id, repo_type=kind, recursive=True)
        return {each.path: each.blob_id for each in tree if hasattr(each, "blob_id")}

    def titles(self, kind: str, repo_id: str) -> list[str]:
        return [each.title for each in self.api.list_repo_commits(repo_id, repo_type=kind)]

    def end_all(self) -> None:
        """Deletes every Space: what runs on is looked after, the longer the run the more of it."""
        for owner in ("acme", "ann"):
            for each in self._call("GET", "/api/spaces", params={"author": owner}).json():
                name = each["id"].partition("/")[2]
                body = {"type": "space", "name": name, "organization": owner}
                self._call("DELETE", "/api/repos/delete", json=body)

    def _call(self, method: str, path: str, **options: Any) -> requests.Response:
        """By no client that a test has made impatient."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.request(method, self.url + path, headers=headers, timeout=30, **options)
        answer.raise_for_status()
        return answer

    def variables(self, repo_id: str) -> dict[str, str]:
        return {k: v.value for k, v in self.api.get_space_variables(repo_id).items()}


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory) -> Iterator[Hub]:
    folder = tmp_path_factory.mktemp("hub")
    database = Database(folder / "sandbox.sqlite")
    registry = Registry(database, folder)
    user = User(
        name="ann",
        tokens={
            **dict.fromkeys((TOKEN, SECOND_TOKEN), TokenRole.WRITE),
            READ_TOKEN: TokenRole.READ,
        },
        organizations=("acme",),
    )
    accounts = Accounts([user], [Organization(name="acme")])
    access, machine, addresses = Access(accounts, registry), ThreadMachine(), AddressBook(database)
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    service = SpaceService(
        database,
        SpaceReader(registry),
        machine,
        addresses,
        folder=folder / "spaces",
        hub_port=port,
        may_visit=visits_of(registry, access),
        tuning=Tuning(poll_seconds=0.01, watch_seconds=0.1),
    )
    quotas = dict.fromkeys(("api", "resolvers", "pages"), MANY)
    hub_app = create_hub_app(
        registry,
        access,
        folder,
        service,
        extra_routes=space_routes(service, access),
        quotas=quotas,
    )
    log, faults = RequestLog(database), Faults(database)
    app = RequestRecorder(FaultInjector(hub_app, faults, PLATFORM), log, PLATFORM, hub_app.routes)
    with BackgroundServer(app, [listening], log_level="error", date_header=False):
        service.start()
        url = f"http://127.0.0.1:{port}"
        yield Hub(name=PLATFORM, url=url, log=log, faults=faults, service=service)
        service.stop()
        addresses.stop()
        machine.close()
    app.stop()
    database.close()


@pytest.fixture
def hub(running_hub, monkeypatch) -> Iterator[Hub]:
    """The Hub, with this process and its clients pointed at it, and nobody waiting for retries."""
    monkeypatch.setenv("HF_ENDPOINT", running_hub.url)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_READ_TOKEN", READ_TOKEN)
    monkeypatch.setattr(constants, "ENDPOINT", running_hub.url)
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)
    monkeypatch.setattr(calls, "_wait_seconds", lambda *_: 0.0)
    monkeypatch.setattr(_http, "time", SimpleNamespace(sleep=lambda _: None, time=time.time))
    monkeypatch.setattr(readiness, "FIRST_POLL_SECONDS", 0.02)
    monkeypatch.setattr(readiness, "LAST_POLL_SECONDS", 0.05)
    monkeypatch.setattr(readiness, "SETTLE_SECONDS", 0.2)
    running_hub.mark()
    yield running_hub
    running_hub.faults.clear()
    running_hub.end_all()


@pytest.fixture
def repo_id() -> str:
    """An id nobody else uses."""
    return f"acme/it-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def app_folder(tmp_path) -> Path:
    """An app to deploy; the large file shows in the size of a commit that carries it needlessly."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "README.md").write_text("---\nsdk: docker\n---\n# App\n", encoding="utf-8")
    (folder / "Dockerfile").write_text("FROM scratch\nARG BUILD_ARG\n", encoding="utf-8")
    (folder / "app.py").write_text("print('one')\n", encoding="utf-8")
    (folder / "data.txt").write_text("".join(f"{n}\n" for n in range(30_000)), encoding="utf-8")
    return folder


@pytest.fixture
def space_inputs(repo_id, app_folder):
    """Inputs of a Space, with the payload as the folder is when asked."""

    def inputs(**changes):
        payload = payload_from_folder(app_folder)
        return {
            "repo_id": repo_id,
            "sdk": "docker",
            "visibility": "public",
            "hardware": "cpu-basic",
            "sleep_seconds": None,
            "secrets": sealed(API_KEY="canary-of-a-secret"),
            "variables": {"MODE": "fast", "BUILD_ARG": "1"},
            "manifest": payload.manifest(),
            "sources": payload.sources(),
            "build_inputs": ["BUILD_ARG"],
            "mark": OUR_MARK,
            "adopt": False,
            **changes,
        }

    return inputs


@pytest.fixture
def model_inputs(repo_id, tmp_path):
    """Inputs of a model repository with weights that go by LFS."""
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    (folder / "weights.gguf").write_bytes(b"GGUF\x00\xff" + bytes(range(256)) * 40)

    def inputs(**changes):
        payload = payload_from_folder(folder)
        return {
            "repo_id": repo_id,
            "visibility": "public",
            "manifest": payload.manifest(),
            "sources": payload.sources(),
            "mark": OUR_MARK,
            "adopt": False,
            **changes,
        }

    return inputs
