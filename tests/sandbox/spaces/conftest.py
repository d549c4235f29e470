"""A Spaces half over local processes, and the small things every test of it needs."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from sandbox.apps.addresses import AddressBook
from sandbox.hub.contract import SpaceSettings
from sandbox.hub.http.errors import RepositoryNotFoundError
from sandbox.hub.spaces.running.turn import Tuning
from sandbox.hub.spaces.service import SpaceService
from sandbox.store.database import Database
from tests.sandbox.spaces.process_machine import ProcessMachine

REPO = "acme/demo"
HUB_PORT = 65123  # nobody listens there: these tests need no Hub
CARD = "---\ntitle: Demo\nsdk: docker\n---\n"
QUICK = Tuning(poll_seconds=0.02, watch_seconds=0.05, drain_seconds=0.1)

# Answers with what it was started with, so that a test sees which version serves.
APP = """
import http.server, json, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/exit":
            print("told to exit", flush=True)
            os._exit(3)
        body = json.dumps({"version": VERSION, "env": dict(os.environ)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass

print("hello from", VERSION, flush=True)
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["LISTEN"])), Handler).serve_forever()
"""


def app(version: str) -> str:
    return f"VERSION = {version!r}\n{APP}"


def files(version: str = "one", *, card: str = CARD, **more: str) -> dict[str, str]:
    """A Space's files; keyword `build_py` is `build.py`."""
    extra = {name.replace("_py", ".py"): content for name, content in more.items()}
    return {"README.md": card, "Dockerfile": "FROM scratch\n", "app.py": app(version), **extra}


@dataclass
class Repositories:
    """The repositories half, in memory: commits are dictionaries of files."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    heads: dict[str, str] = field(default_factory=dict)

    def add(self, repo_id: str, content: dict[str, str]) -> str:
        text = json.dumps([repo_id, len(self.commits), content])
        commit = hashlib.sha256(text.encode()).hexdigest()[:40]
        self.commits[commit] = {name: body.encode() for name, body in content.items()}
        self.heads[repo_id] = commit
        return commit

    def spaces(self) -> list[str]:
        return list(self.heads)

    def head(self, repo_id: str) -> str:
        if repo_id not in self.heads:
            raise RepositoryNotFoundError
        return self.heads[repo_id]

    def read_file(self, repo_id: str, commit: str, path: str) -> bytes | None:
        del repo_id
        return self.commits[commit].get(path)

    def export(self, repo_id: str, commit: str, destination: Path) -> None:
        del repo_id
        for name, body in self.commits[commit].items():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            (destination / name).write_bytes(body)


@dataclass
class World:
    """One sandbox's Spaces. `restarted()` is the same sandbox after a stop."""

    folder: Path
    machine: ProcessMachine
    repositories: Repositories
    tuning: Tuning = QUICK
    service: SpaceService = None
    addresses: AddressBook = None
    database: Database = None

    def start(self, **more) -> "World":
        self.database = Database(self.folder / "state.sqlite")
        self.addresses = AddressBook(self.database)
        self.service = SpaceService(
            self.database,
            self.repositories,
            self.machine,
            self.addresses,
            folder=self.folder / "spaces",
            hub_port=HUB_PORT,
            tuning=self.tuning,
            **more,
        )
        self.service.start()
        return self

    def stop(self, *, containers: bool = True) -> None:
        self.service.stop(containers=containers)
        self.addresses.stop()
        self.database.close()

    def restarted(self, *, containers: bool = True) -> "World":
        self.stop(containers=containers)
        return self.start()

    def create(self, repo_id: str = REPO, *, sdk: str = "docker", **settings) -> None:
        self.repositories.add(repo_id, {"README.md": f"---\nsdk: {sdk}\n---\n"})
        self.service.created(repo_id, SpaceSettings(sdk=sdk, **settings))

    def commit(self, content: dict[str, str], repo_id: str = REPO) -> str:
        commit = self.repositories.add(repo_id, content)
        self.service.committed(repo_id, commit)
        return commit

    def running(self, version: str = "one", repo_id: str = REPO, **settings) -> str:
        """A Space whose first version serves; returns its commit."""
        self.create(repo_id, **settings)
        commit = self.commit(files(version), repo_id)
        self.wait("RUNNING", repo_id=repo_id, sha=commit)
        return commit

    def stage(self, repo_id: str = REPO) -> str:
        return self.service.runtime(repo_id)["stage"]

    def wait(self, stage: str, *, repo_id: str = REPO, sha: str | None = None) -> dict:
        def there() -> dict | None:
            runtime = self.service.runtime(repo_id)
            fits = runtime["stage"] == stage and sha in (None, runtime.get("sha"))
            return runtime if fits else None

        return until(there, lambda: self.service.runtime(repo_id))

    def url(self, repo_id: str = REPO) -> str:
        return self.service.host(repo_id)[0]

    def get(self, path: str = "/", repo_id: str = REPO, **options) -> httpx.Response:
        return httpx.get(self.url(repo_id) + path, timeout=30, **options)

    def version(self, repo_id: str = REPO) -> str:
        return self.get(repo_id=repo_id).json()["version"]

    def env(self, repo_id: str = REPO) -> dict[str, str]:
        return self.get(repo_id=repo_id).json()["env"]

    def log(self, kind: str, repo_id: str = REPO) -> str:
        lines = self.service.log_store.read(self.service.log_id(repo_id), kind)
        return "\n".join(line.line for line in lines)


def until(condition: Callable, describe: Callable = str, *, seconds: float = 20.0):
    """Polls until the condition holds; returns what it gave."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s; at the end: {describe()}")


@pytest.fixture
def machine(tmp_path) -> Iterator[ProcessMachine]:
    folder = tmp_path / "machine"
    folder.mkdir()
    made = ProcessMachine(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


@pytest.fixture
def world(tmp_path, machine) -> Iterator[World]:
    made = World(tmp_path, machine, Repositories()).start()
    yield made
    made.stop()


@pytest.fixture
def make_world(tmp_path, machine) -> Iterator[Callable[..., World]]:
    """For a sandbox with other knobs."""
    made: list[World] = []

    def make(tuning: Tuning = QUICK, **more) -> World:
        made.append(World(tmp_path, machine, Repositories(), tuning).start(**more))
        return made[-1]

    yield make
    for each in made:
        each.stop()
