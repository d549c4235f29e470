"""Files and threads of a sandbox: none outlives it, and none stays of what was asked of it."""

import base64
import gc
import os
import re
import socket
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from sandbox.server.options import Options
from tests.providers.thread_machine import ThreadMachine
from tests.sandbox.keyless.whole_sandbox import WholeSandbox, whole_sandbox
from toolchain.act import ensure_act
from toolchain.progress import Progress

STARTS, ROUNDS = 4, 5
_SECONDS = 60.0
_IDLE_SECONDS = 40.0  # until what waits for more work has ended: 10 s the server's own threads
_POOLED = "AnyIO worker thread"
WORKFLOW = (
    "on: push\njobs:\n  one:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo one\n"
)


@pytest.fixture(scope="module", autouse=True)
def _act() -> None:
    """What runs jobs; built on a machine's first time, which takes a minute."""
    ensure_act(Progress())


@pytest.fixture(autouse=True)
def _no_collector() -> Iterator[None]:
    """It is not by chance that things are closed."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def opened() -> Counter[str]:
    """What this process has open, by kind, and its threads."""
    found: Counter[str] = Counter()
    for each in Path("/proc/self/fd").iterdir():
        try:
            target = str(each.readlink())
        except FileNotFoundError:  # the one that lists
            continue
        name = target.rpartition("/")[2] if target.startswith("/") else target
        found[re.sub(r"\[?\d+\]?", "", name)] += 1
    for thread in threading.enumerate():
        found[f"thread {re.sub(r'[0-9]+', '', thread.name)}"] += 1
    return found


def more(before: Counter[str], *, seconds: float) -> Counter[str]:
    """What is open besides, once that has had time to end."""
    until = time.monotonic() + seconds
    while (left := opened() - before) and time.monotonic() < until:
        time.sleep(0.05)
    return left


def test_sandboxes_that_ended_leave_nothing_open(tmp_path):
    use(tmp_path / "first", tmp_path / "first-clones")  # what is made once in a process is made
    before = opened()
    for number in range(STARTS):
        use(tmp_path / f"{number}", tmp_path / f"clones-{number}")
    assert not more(before, seconds=5.0)


@pytest.mark.long
def test_what_was_asked_of_a_sandbox_leaves_nothing_open(tmp_path):
    machine = ThreadMachine()
    with whole_sandbox(tmp_path / "home", options=Options(jobs="host"), machine=machine) as made:
        one_round(made, tmp_path / "clones", 0)
        one_round(made, tmp_path / "clones", 1)
        before, files = settled(made, Counter(), seconds=15.0)
        for number in range(2, 2 + ROUNDS):
            one_round(made, tmp_path / "clones", number)
        after, files_after = settled(made, before, seconds=_IDLE_SECONDS)
        assert not after - before
        # A connection has two files open: one that stayed of each round would be seen.
        assert files_after < files + 2 * ROUNDS
    machine.close()


def settled(
    made: WholeSandbox, before: Counter[str], *, seconds: float
) -> tuple[Counter[str], int]:
    """What is open once that has had time to end, and how many files of the database besides.

    These are apart: each thread of the server's pool has the database open, and how many of them
    stay depends on what came at once. The pool lets go of one when it is given something.
    """
    until = time.monotonic() + seconds
    while True:
        made.http(None).get("/api/models")
        found = opened()
        found.pop(f"thread {_POOLED}", None)
        files = sum(found.pop(name) for name in list(found) if name.startswith("sandbox.db"))
        if time.monotonic() > until or (before and not found - before):
            return found, files
        time.sleep(0.5)


def use(folder: Path, clones: Path) -> None:
    machine = ThreadMachine()
    with whole_sandbox(folder, options=Options(jobs="host"), machine=machine) as made:
        one_round(made, clones, 0)
    machine.close()


def one_round(made: WholeSandbox, clones: Path, number: int) -> None:
    """What people do with all three platforms, and its end."""
    name = f"thing-{number}"
    with (
        client(made.hub, made.hub_token) as hub,
        client(f"{made.github}/api/v3", made.github_token) as github,
        client(made.render, made.home.identity().render_key) as render,
    ):
        workflow(made, github, clones / name, name)
        space(made, hub, name)
        service(made, render, name)
        done(github.delete(f"/repos/{made.owner}/{name}"))


def workflow(made: WholeSandbox, github: httpx.Client, clone: Path, name: str) -> None:
    """A repository that is cloned and pushed to, a run on this machine, and its log."""
    done(github.post("/user/repos", json={"name": name, "auto_init": True}))
    clone.parent.mkdir(exist_ok=True)
    address = made.github.replace("://", f"://x:{made.github_token}@")
    git(clone.parent, "clone", "-q", f"{address}/{made.owner}/{name}.git", str(clone))
    (clone / ".github/workflows").mkdir(parents=True)
    (clone / ".github/workflows/w.yml").write_text(WORKFLOW)
    (clone / "Dockerfile").write_text("FROM scratch\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "all")
    git(clone, "push", "-q", "origin", "HEAD:main")

    def run() -> dict | None:
        runs = github.get(f"/repos/{made.owner}/{name}/actions/runs").json()["workflow_runs"]
        return runs[0] if runs and runs[0]["status"] == "completed" else None

    ended = until(run)
    assert ended["conclusion"] == "success"
    [job] = github.get(f"/repos/{made.owner}/{name}/actions/runs/{ended['id']}/jobs").json()["jobs"]
    path = f"/repos/{made.owner}/{name}/actions/jobs/{job['id']}/logs"
    assert "echo one" in done(github.get(path, follow_redirects=True)).text


def space(made: WholeSandbox, hub: httpx.Client, name: str) -> None:
    """A Space that is built and visited, with clients of its log and of it that go away."""
    body = {"type": "space", "name": name, "sdk": "docker"}
    done(hub.post("/api/repos/create", json=body))
    address = f"/api/spaces/{made.owner}/{name}"
    card = base64.b64encode(b"---\nsdk: docker\n---\n").decode()
    image = base64.b64encode(b"FROM scratch\n").decode()
    lines = (
        '{"key": "header", "value": {"summary": "all"}}',
        *(
            f'{{"key": "file", "value": {{"path": "{path}", "content": "{content}",'
            ' "encoding": "base64"}}'
            for path, content in {"README.md": card, "Dockerfile": image}.items()
        ),
    )
    done(hub.post(f"{address}/commit/main", content="\n".join(lines)))
    until(lambda: hub.get(f"{address}/runtime").json()["stage"] == "RUNNING")
    with hub.stream("GET", f"{address}/logs/run") as log:
        next(log.iter_lines())  # and away
    visit(done(hub.get(f"{address}")).json()["host"])
    done(hub.request("DELETE", "/api/repos/delete", json={"type": "space", "name": name}))


def service(made: WholeSandbox, render: httpx.Client, name: str) -> None:
    """A service that is deployed from the repository, and visited."""
    owner = render.get("/owners").json()[0]["owner"]["id"]
    body = {
        "type": "web_service",
        "name": name,
        "ownerId": owner,
        "repo": f"{made.github}/{made.owner}/{name}",
        "branch": "main",
        "serviceDetails": {"runtime": "docker"},
    }
    created = done(render.post("/services", json=body)).json()
    address = f"/services/{created['service']['id']}"
    until(lambda: render.get(f"{address}/deploys/{created['deployId']}").json()["status"] == "live")
    visit(created["service"]["serviceDetails"]["url"])
    done(render.delete(address))


def visit(url: str) -> None:
    """By a request, and by a connection for both directions that is dropped."""
    assert httpx.get(url, timeout=30).status_code == 200
    place = urlsplit(url)
    with socket.create_connection((place.hostname, place.port), timeout=30) as visitor:
        visitor.sendall(
            f"GET / HTTP/1.1\r\nHost: {place.netloc}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\n\r\n".encode()
        )
        assert visitor.recv(1)


@contextmanager
def client(url: str, token: str) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=url, headers=headers, timeout=30, trust_env=False) as made:
        yield made


def done(answer: httpx.Response) -> httpx.Response:
    assert answer.is_success, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer


def until(holds: Callable[[], object]) -> object:
    deadline = time.monotonic() + _SECONDS
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
    return found


def git(place: Path, *arguments: str) -> None:
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0"}
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    subprocess.run(["git", *identity, *arguments], cwd=place, env=environment, check=True)
