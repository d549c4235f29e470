"""A sandbox Render over real HTTP for the providers, with its request log and its faults."""

import hashlib
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.routing import BaseRoute

from sandbox.apps.addresses import AddressBook
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.machine.contract import ImageUnavailableError
from sandbox.render.app import create_render_app
from sandbox.render.deploys.turn import Tuning
from sandbox.render.http.account import Account, Workspace
from sandbox.render.http.wire import Limits
from sandbox.render.services.service import RenderService
from sandbox.store.database import Database
from slipway.core.secrecy.sealing import seal
from slipway.core.transport import calls as core_calls
from slipway.render.api import client as render_client
from slipway.render.api import transport as calls
from slipway.render.deploy import client as deploy_client
from slipway.render.deploy import following
from tests.providers.case import OUR_MARK
from tests.providers.platform import Platform
from tests.providers.postgres_server import PostgresServer
from tests.providers.thread_machine import ThreadMachine
from tests.sandbox.background import BackgroundServer

PLATFORM = "render"
KEY = "rnd_canaryofthekey0123456789abcdef"
OWNER = "tea-00000000000000000000"
MANY = 10**9
QUICK = Tuning(
    start_seconds=1.0,
    poll_seconds=0.01,
    notice_seconds=0.1,
    watch_seconds=0.05,
    retry_seconds=0.05,
    drain_seconds=0.01,
)
WIDE = Limits(
    service_creates=MANY, datastore_creates=MANY, per_service=MANY, writes=MANY, reads=MANY
)
IMAGE = "ghcr.io/acme/shop"


def sealed_for_render(**values: str) -> dict[str, str]:
    """Secrets as the program hands them to the engine."""
    return {name: seal(KEY, value) for name, value in values.items()}


class ImageMachine(ThreadMachine):
    """A thread machine with a registry that has every image of acme's.

    What is run by a shell, a pre-deploy command, is over at once.
    """

    def run(self, request):
        container = super().run(request)
        if request.command and request.command[0] == "/bin/sh":
            self._by_id[container.id].stop()
        return container

    def server(self, request):
        return PostgresServer() if request.port == 5432 else super().server(request)

    def why_not(self, _reference):
        return None

    def has_image(self, _tag):
        return True

    def remove_volume(self, name):
        """There are no volumes."""

    def pull(self, reference, _tag, _login=None):
        if "acme" not in reference:
            raise ImageUnavailableError(f"Image {reference} can't be pulled: manifest unknown")
        named = reference.partition("@")[2]
        return named or f"sha256:{hashlib.sha256(reference.encode()).hexdigest()}"


@dataclass
class Repository:
    """A git repository that services are built from."""

    folder: Path

    @property
    def url(self) -> str:
        return f"file://{self.folder}"

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
        command = ("git", "-C", str(self.folder), *identity, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, **files: str) -> str:
        """A commit of these files; its id."""
        for name, text in files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "test")
        return self.git("rev-parse", "HEAD")


@dataclass(kw_only=True)
class Render(Platform):
    """The running Render; its address has the version in it."""

    service: RenderService
    routes: Sequence[BaseRoute] = ()

    def short(self, path: str) -> str:
        return "/".join(path.split("/")[4:]) or "it"

    def call(self, method: str, path: str, **options: Any) -> Any:
        """A call as somebody else makes it."""
        headers = {"Authorization": f"Bearer {KEY}"}
        answer = requests.request(method, self.url + path, headers=headers, timeout=30, **options)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def end_all(self) -> None:
        """Deletes all there is: what runs on is looked after, the longer the run the more of it."""
        for kind, key in (("services", "service"), ("postgres", "postgres")):
            while found := self.call("GET", f"/{kind}", params={"limit": 100}):
                for each in found:
                    self.call("DELETE", f"/{kind}/{each[key]['id']}")
        for each in self.call("GET", "/registrycredentials"):
            self.call("DELETE", f"/registrycredentials/{each['id']}")

    def named(self, name: str) -> list[dict[str, Any]]:
        found = self.call("GET", "/services", params={"name": name, "limit": 100})
        return [each["service"] for each in found]

    def env(self, service_id: str) -> dict[str, str]:
        found = self.call("GET", f"/services/{service_id}/env-vars", params={"limit": 100})
        return {each["envVar"]["key"]: each["envVar"]["value"] for each in found}

    def deploys(self, service_id: str) -> list[dict[str, Any]]:
        """Newest first."""
        found = self.call("GET", f"/services/{service_id}/deploys", params={"limit": 100})
        return [each["deploy"] for each in found]


@contextmanager
def serve_render(
    folder: Path,
    *,
    limits: Limits = WIDE,
    clock: Callable[[], float] = time.monotonic,
    tuning: Tuning = QUICK,
    machine: Any = None,
    **more: Any,
) -> Iterator[Render]:
    """A Render on a port of its own.

    A machine that is given stays the caller's to close; `more` goes to `RenderService`.
    """
    database = Database(folder / "sandbox.sqlite")
    own_machine = None if machine else ImageMachine()
    machine, addresses = machine or own_machine, AddressBook(database)
    account = Account(
        name="Ann",
        email="ann@example.com",
        api_key=KEY,
        hook_key="hook-key-of-the-tests",
        workspaces=[Workspace(id=OWNER, name="acme", email="acme@example.com")],
    )
    service = RenderService(
        database, account, machine, addresses, folder=folder / "render", tuning=tuning, **more
    )
    platform = create_render_app(service, limits=limits, clock=clock)
    log, faults = RequestLog(database), Faults(database)
    app = RequestRecorder(FaultInjector(platform, faults, PLATFORM), log, PLATFORM, platform.routes)
    with BackgroundServer(app, log_level="error") as server:
        service.start()
        try:
            yield Render(
                name=PLATFORM,
                url=f"{server.url}/v1",
                log=log,
                faults=faults,
                service=service,
                routes=platform.routes,
            )
        finally:
            faults.clear()
            service.stop()
            addresses.stop()
            if own_machine is not None:
                own_machine.close()
            app.stop()
            database.close()


@pytest.fixture(scope="session")
def running_render(tmp_path_factory) -> Iterator[Render]:
    with serve_render(tmp_path_factory.mktemp("render")) as render:
        yield render


@pytest.fixture
def render(running_render, monkeypatch) -> Iterator[Render]:
    """Render, with this process pointed at it, and nobody waiting for retries."""
    monkeypatch.setenv("RENDER_API_URL", running_render.url)
    monkeypatch.setenv("RENDER_API_KEY", KEY)
    for module in (core_calls, render_client):
        monkeypatch.setattr(module, "pause_seconds", lambda *_: 0.0)
    monkeypatch.setattr(deploy_client, "_LOOK_SECONDS", 0.02)
    monkeypatch.setattr(following, "FIRST_POLL_SECONDS", 0.02)
    monkeypatch.setattr(following, "LAST_POLL_SECONDS", 0.05)
    monkeypatch.setattr(following, "PROBE_POLL_SECONDS", 0.02)
    monkeypatch.setattr(following, "PROBE_GRACE_SECONDS", 0.3)
    monkeypatch.setattr(calls, "_BUDGETS", {})
    running_render.mark()
    yield running_render
    running_render.faults.clear()
    running_render.end_all()


@pytest.fixture
def repository(tmp_path) -> Repository:
    made = Repository(tmp_path / "repository")
    made.folder.mkdir()
    made.git("init", "--quiet", "--initial-branch=main")
    made.commit(Dockerfile="FROM scratch\nARG REVISION\n")
    return made


@pytest.fixture
def service_name() -> str:
    """A name nobody else uses."""
    return f"it-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def service_inputs(service_name):
    """Inputs of an image-backed web service, which needs no build."""

    def inputs(**changes):
        return {
            "type": "web_service",
            "name": service_name,
            "owner": "",
            "region": "frankfurt",
            "plan": "starter",
            "source": {"image": f"{IMAGE}:1"},
            "env": {"REVISION": "r1", "MODE": "fast"},
            "initial_env": {},
            "secrets": sealed_for_render(API_KEY="canary-of-a-secret"),
            "secret_files": {},
            "health_path": None,
            "command": None,
            "pre_deploy_command": None,
            "instances": None,
            "auto_deploy": "off",
            "mark": OUR_MARK,
            "adopt": False,
            "delete_policy": "delete",
            **changes,
        }

    return inputs


@pytest.fixture
def deploy_inputs():
    """Inputs of the deploy of a service that an engine made."""

    def inputs(service, **changes):
        return {
            "service_id": service.id,
            "url": service.outputs["url"],
            "first_deploy": service.outputs["first_deploy"],
            "revision": service.outputs["revision"],
            "wiring": "",
            "trigger": "",
            "wanted_commit": "",
            "wanted_digest": "",
            "probe_path": "/health",
            "expect": {"revision": "r1"},
            "secret_names": ["API_KEY"],
            "retries": 0,
            "rollback": False,
            "clear_cache": False,
            "on_suspended": "fail",
            "timeout_seconds": 20,
            **changes,
        }

    return inputs
