"""A whole Render on a free port over a given machine, and git repositories to deploy from."""

import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import httpx
from render.public_api.client import AuthenticatedClient

from sandbox.apps.addresses import AddressBook
from sandbox.http.faults import FaultInjector, Faults
from sandbox.http.request_log import RequestLog, RequestRecorder
from sandbox.machine.contract import Machine
from sandbox.render.app import create_render_app
from sandbox.render.deploys.turn import Tuning
from sandbox.render.http.account import Account, Workspace
from sandbox.render.http.wire import Limits
from sandbox.render.services.service import RenderService
from sandbox.store.database import Database
from tests.sandbox.background import BackgroundServer
from tests.sandbox.render.contract import Contract, description_file

KEY = "rnd_0123456789abcdefghijklmnopqr"
HOOK_KEY = "hook-key-of-the-tests"
OWNER = "tea-00000000000000000000"
QUICK = Tuning(
    start_seconds=60,  # a busy computer starts an app slowly
    poll_seconds=0.02,
    settle_seconds=0.2,
    notice_seconds=0.2,
    watch_seconds=0.05,
    retry_seconds=0.1,
    drain_seconds=0.05,
)
WIDE = Limits(
    service_creates=1000, datastore_creates=1000, per_service=1000, writes=10000, reads=100000
)
SETTLED = {
    "live", "deactivated", "canceled", "build_failed", "pre_deploy_failed", "update_failed"
}  # fmt: skip

# Answers with what it was started with, so that a test sees which version serves.
APP = """
import http.server, json, os, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/exit":
            print("told to exit", flush=True)
            os._exit(3)
        body = json.dumps({"version": VERSION, "env": dict(os.environ)}).encode()
        self.send_response(500 if self.path == "/health" and VERSION.startswith("sick") else 200)
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


def files(version: str = "one", **more: str) -> dict[str, str]:
    """A repository's files; `build_py` is `build.py`, which the process machine runs."""
    extra = {name.replace("_py", ".py"): content for name, content in more.items()}
    return {"Dockerfile": "FROM scratch\nARG GREETING\n", "app.py": app(version), **extra}


# A `build.py` that never ends, and says that it runs.
ENDLESS = "import time\nwhile True:\n    print('tick', flush=True)\n    time.sleep(0.01)\n"


def gated(gate: Path) -> str:
    """Code that says that it runs and waits until a file exists."""
    return (
        "import pathlib, time\n"
        f"while not pathlib.Path({str(gate)!r}).exists():\n"
        "    print('tick', flush=True)\n"
        "    time.sleep(0.01)\n"
    )


class Repository:
    """A git repository in a folder; commits with `commit({...})`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"file://{folder}"
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *arguments: str) -> str:
        identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"]
        command = ["git", "-C", str(self.folder), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, content: dict[str, str], message: str = "test") -> str:
        for name, text in content.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


class LiveRender:
    """`with LiveRender(folder, machine) as render:`; the same folder is the same sandbox."""

    def __init__(
        self,
        folder: Path,
        machine: Machine,
        *,
        tuning: Tuning = QUICK,
        nulls: str = "faithful",
        limits: Limits = WIDE,
        bind_host: str = "127.0.0.1",
        **options: Any,
    ) -> None:
        self.folder = folder
        self.machine = machine
        self._database = database = Database(folder / "state.sqlite")
        account = Account(
            name="Ann",
            email="ann@example.com",
            api_key=KEY,
            hook_key=HOOK_KEY,
            workspaces=[
                Workspace(id=OWNER, name="acme", email="acme@example.com"),
                Workspace(id="tea-11111111111111111111", name="other", email="o@example.com"),
            ],
        )
        self.socket = socket.create_server(("127.0.0.1", 0))
        port = self.socket.getsockname()[1]
        self.addresses = AddressBook(database, bind_host=bind_host)
        self.service = RenderService(
            database,
            account,
            machine,
            self.addresses,
            folder=folder / "render",
            sandbox_ports=lambda: {port},
            tuning=tuning,
            **options,
        )
        self.log = RequestLog(database)
        self.faults = Faults(database)
        platform = create_render_app(self.service, nulls=nulls, limits=limits)
        injected = FaultInjector(platform, self.faults, "render")
        self._recorder = RequestRecorder(injected, self.log, "render", platform.routes)
        self.url = f"http://127.0.0.1:{port}"
        file = description_file()
        self.contract = None if file is None else Contract(file)
        hooks = {"response": [self._check]}
        self.http = httpx.Client(
            base_url=f"{self.url}/v1",
            headers={"authorization": f"Bearer {KEY}"},
            timeout=30,
            event_hooks=hooks,
        )
        self.sdk = AuthenticatedClient(
            base_url=f"{self.url}/v1", token=KEY, httpx_args={"event_hooks": hooks}
        )
        self._server = BackgroundServer(self._recorder, [self.socket])

    def __enter__(self) -> Self:
        self._server.start()
        self.service.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.http.close()
        self.sdk.get_httpx_client().close()
        self.service.stop()
        self.addresses.stop()
        self._server.stop()
        self._recorder.stop()
        self._database.close()

    def _check(self, response: httpx.Response) -> None:
        response.read()
        assert response.headers["render-request-id"].startswith("api-")
        assert int(response.headers["ratelimit-limit"]) > 0
        if self.contract is not None:
            self.contract.check(response)

    def give_up_after(self, seconds: float) -> None:
        """From now on an instance has to be healthy in this time."""
        tuning = replace(self.service.parts.tuning, start_seconds=seconds)
        object.__setattr__(self.service.parts, "tuning", tuning)

    # --- what most tests do

    def create(self, name: str = "web", /, **body: Any) -> tuple[dict, str]:
        """(service, deploy id) of a new web service."""
        answer = self.http.post("/services", json=web(name, **body))
        assert answer.status_code == 201, answer.text
        return answer.json()["service"], answer.json()["deployId"]

    def settled(self, service: str, deploy: str, *, seconds: float = 30) -> dict:
        """A deploy once nothing more happens to it."""
        return self.until(service, deploy, SETTLED, seconds=seconds)

    def until(self, service: str, deploy: str, statuses: set[str], *, seconds: float = 30) -> dict:
        deadline = time.monotonic() + seconds
        while True:
            found = self.http.get(f"/services/{service}/deploys/{deploy}").json()
            if found["status"] in statuses:
                return found
            assert time.monotonic() < deadline, f"{found}\n{self.logs(service)}"
            time.sleep(0.02)

    def deploy(self, service: str, **body: Any) -> dict:
        answer = self.http.post(f"/services/{service}/deploys", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def logs(self, service: str, **query: Any) -> list[str]:
        """The messages, oldest first."""
        query = {"ownerId": OWNER, "resource": service, "limit": 100, **query}
        answer = self.http.get("/logs", params=query)
        assert answer.status_code == 200, answer.text
        return [each["message"] for each in answer.json()["logs"]][::-1]

    def events(self, service: str, kind: str) -> list[dict]:
        """The details of a service's events of one type, newest first."""
        answer = self.http.get(f"/services/{service}/events", params={"type": kind, "limit": 100})
        return [each["event"]["details"] for each in answer.json()]

    def app(self, service: dict, path: str = "/") -> httpx.Response:
        """What a visitor of the service's address gets."""
        return httpx.get(service["serviceDetails"]["url"] + path, timeout=30)

    def version(self, service: dict) -> str:
        return self.app(service).json()["version"]


def web(name: str, /, **body: Any) -> dict:
    """The body that creates a docker web service; `details` are more of its `serviceDetails`."""
    details = {"runtime": "image" if "image" in body else "docker", **body.pop("details", {})}
    return {
        "type": "web_service",
        "name": name,
        "ownerId": OWNER,
        "serviceDetails": details,
        **body,
    }


def until(condition: Callable[[], Any], *, seconds: float = 15) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found
