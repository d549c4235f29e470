"""kill -9 of the server while it builds, deploys and runs jobs in the real engine.

The next start finishes what was pushed, once, and nothing else of this sandbox is in the engine.
"""

import base64
import itertools
import json
import logging
import os
import random
import secrets
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import docker
import httpx
import pytest

from tests.sandbox.kills.server import Server
from toolchain.engine.setup import ensure_engine
from toolchain.progress import Progress

pytestmark = [pytest.mark.machine, pytest.mark.long, pytest.mark.timeout(1800)]

_LOG = logging.getLogger(__name__)
ROOT = Path(__file__).parents[3]
SECONDS = 180.0
# Seeds: each draws the moments of the kills after one push. Others are asked for by where they
# begin, and for how many kills they are asked.
KILLS = int(os.environ.get("SLIPWAY_WORK_KILLS", "9"))
FIRST = int(os.environ.get("SLIPWAY_WORK_KILLS_FROM", "0"))
AT_A_PUSH = 4  # kills at most: after the push, and amid what the next start takes up
SHORTEST_WORK = 4.0  # seconds from a push until all of it is done
OWNER = "slipway"
CARD = "---\ntitle: T\nsdk: docker\n---\n"
# A while of building that prints, then a page that says which version it is.
DOCKERFILE = """\
FROM busybox
RUN for n in 1 2 3 4 5; do echo building {text}; sleep 0.2; done
RUN mkdir /www && echo {text} > /www/index.html
CMD {first} httpd -f -p ${{PORT:-7860}} -h /www & wait
"""
ENDS_AT_ONCE, IS_KILLED = "trap 'kill $!' TERM;", "trap '' TERM;"
WORKFLOW = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: |
          (setsid sleep 7777 &)
          for n in 1 2 3 4 5; do echo working; sleep 0.3; done
"""
OVER = {"live", "deactivated", "canceled", "build_failed", "update_failed"}


class Sandbox:
    """A sandbox over one home, and its clients."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(folder, with_engine=True)
        self.home = self.server.home
        identity = self.home.identity()
        self.name = identity.name
        self.hub = _client(identity.hub_port, identity.hub_token)
        self.github = _client(identity.github_port, identity.github_token)
        self.render = _client(identity.render_port, identity.render_key)
        self.github_url = f"http://127.0.0.1:{identity.github_port}"

    def until(self, holds: Callable[[], Any], what: str | Callable[[], object]) -> Any:
        deadline = time.monotonic() + SECONDS
        while not (found := holds()):
            if time.monotonic() > deadline:
                said = what if isinstance(what, str) else what()
                pytest.fail(f"{said}\n{self.server.log()}")
            time.sleep(0.05)
        return found

    # --- what is asked of it

    def commit_space(self, dockerfile: str) -> None:
        files = {"README.md": CARD, "Dockerfile": dockerfile}
        lines = [{"key": "header", "value": {"summary": "push"}}]
        lines += [{"key": "file", "value": {"path": p, "content": c}} for p, c in files.items()]
        body = "\n".join(map(json.dumps, lines))
        _expect(self.hub.post(f"/api/spaces/{OWNER}/app/commit/main", content=body))

    def commit_repository(self, path: str, text: str) -> str:
        """One file, by the API; returns the commit's id."""
        url = f"/api/v3/repos/{OWNER}/web/contents/{path}"
        found = self.github.get(url)
        body = {"message": "m", "content": base64.b64encode(text.encode()).decode()}
        if found.status_code == 200:
            body["sha"] = found.json()["sha"]
        return str(_expect(self.github.put(url, json=body)).json()["commit"]["sha"])

    def make_all(self) -> str:
        """A Docker Space, a repository with a workflow, and a service that follows it."""
        body: dict[str, Any] = {"type": "space", "name": "app", "sdk": "docker"}
        _expect(self.hub.post("/api/repos/create", json=body))
        _expect(self.github.post("/api/v3/user/repos", json={"name": "web", "auto_init": True}))
        dockerfile = DOCKERFILE.format(text="v0", first=ENDS_AT_ONCE)
        self.commit_space(dockerfile)
        self.commit_repository("Dockerfile", dockerfile)
        self.commit_repository(".github/workflows/w.yml", WORKFLOW)
        owner = self.render.get("/v1/owners").json()[0]["owner"]["id"]
        service = {
            "type": "web_service",
            "name": "web",
            "ownerId": owner,
            "repo": f"{self.github_url}/{OWNER}/web",
            "branch": "main",
            "autoDeployTrigger": "commit",
            "serviceDetails": {"runtime": "docker", "maxShutdownDelaySeconds": 2},
        }
        made = _expect(self.render.post("/v1/services", json=service)).json()["service"]
        return str(made["id"])

    # --- what it shows

    def under_way(self) -> set[str]:
        """What a server that was killed had begun and not ended."""
        [[stage]] = self._rows("SELECT stage FROM spaces")
        deploys = {status for [status] in self._rows("SELECT status FROM render_deploys")}
        jobs = {status for [status] in self._rows("SELECT status FROM workflow_jobs")}
        begun = {f"Space {stage}"} if stage not in {"RUNNING", "NO_APP_FILE"} else set()
        begun |= {f"deploy {status}" for status in deploys - OVER}
        return begun | {f"job {status}" for status in jobs - {"completed"}}

    def _rows(self, sql: str) -> list[tuple[str]]:
        with closing(sqlite3.connect(self.home.database)) as database:
            return database.execute(sql).fetchall()

    def deploys(self, service: str) -> list[dict[str, Any]]:
        found = _expect(
            self.render.get(f"/v1/services/{service}/deploys", params={"limit": 100})
        ).json()
        return [each["deploy"] for each in found]

    def runs(self) -> list[dict[str, Any]]:
        place = f"/api/v3/repos/{OWNER}/web/actions/runs"
        found = _expect(self.github.get(place, params={"per_page": 100})).json()
        return list(found["workflow_runs"])


def _client(port: int, token: str) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"authorization": f"Bearer {token}"},
        timeout=60,
        trust_env=False,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def _expect(answer: httpx.Response) -> httpx.Response:
    assert answer.status_code < 300, f"{answer.request.url}: {answer.status_code} {answer.text}"
    return answer


def _page(url: str) -> str:
    try:
        return httpx.get(url, timeout=5, trust_env=False).text.strip()
    except httpx.TransportError as error:
        return repr(error)


@pytest.fixture(scope="module")
def engine() -> Iterator[docker.DockerClient]:
    with ensure_engine(Progress()) as running:
        client = docker.DockerClient(base_url=running.address.docker_host)
        yield client
        client.close()


@pytest.fixture
def sandbox(tmp_path, engine) -> Iterator[Sandbox]:
    (tmp_path / "home").mkdir()
    made = Sandbox(tmp_path / "home")
    made.server.start()
    yield made
    made.server.end()
    made.server.close()
    left = present(engine, made)
    subprocess.run(
        [sys.executable, "-m", "sandbox", "reset", "--home", str(made.home.folder)],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert left["containers"] == []
    assert [each for each in left["networks"] if "-render-tea-" not in each] == []


def present(engine: docker.DockerClient, sandbox: Sandbox) -> dict[str, list[str]]:
    """Names of all that the engine has of this sandbox."""
    mine = {"label": f"slipway.sandbox={sandbox.name}"}
    containers = engine.containers.list(all=True, ignore_removed=True, filters=mine)
    return {
        "containers": sorted(each.name for each in containers),
        "networks": sorted(each.name for each in engine.networks.list(filters=mine)),
        "volumes": sorted(each.name for each in engine.volumes.list(filters=mine)),
    }


def command_lines(part: str) -> list[str]:
    """Of processes on this machine, those of containers among them, in which `part` occurs."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            if part in line:
                found.append(line)
    return found


def test_a_server_killed_at_work_finishes_it_once_and_leaves_nothing(sandbox, engine):
    service = sandbox.make_all()
    pushed: list[str] = []
    settled(sandbox, engine, service, "v0", pushed)
    cut_off: Counter[str] = Counter()
    kills, lasts = 0, SHORTEST_WORK
    for seed in itertools.count(FIRST):
        if kills >= KILLS:
            break
        draw = random.Random(seed)  # noqa: S311 - no secret: moments to kill at
        text = f"v{seed}-{secrets.token_hex(3)}"
        first = IS_KILLED if seed % 8 == 0 else ENDS_AT_ONCE
        dockerfile = DOCKERFILE.format(text=text, first=first)
        sandbox.commit_space(dockerfile)
        pushed.append(sandbox.commit_repository("Dockerfile", dockerfile))
        # All over the build, the deploy, the job, and the moments after; then over what the next
        # start takes up of it, for as long as there is something to take up.
        moments = [draw.uniform(0, lasts / (1 if n == 0 else 2)) for n in range(AT_A_PUSH)]
        done: list[float] = []
        began = time.monotonic()
        try:
            for moment in moments:
                time.sleep(moment)
                sandbox.server.kill(group=draw.random() < 0.25)
                done.append(moment)
                under_way = sandbox.under_way()
                cut_off.update(under_way)
                began = time.monotonic()
                sandbox.server.start()
                nothing_is_missing_or_doubled(sandbox, service, pushed)
                if not under_way:
                    break
            settled(sandbox, engine, service, text, pushed)
        except BaseException as error:
            error.add_note(f"seed {seed}: killed {done} s after the push and the starts after it")
            raise
        kills += len(done)
        lasts = max(SHORTEST_WORK, min(time.monotonic() - began, 2 * SHORTEST_WORK))
        _LOG.info("seed %d: %s, then %.1f s", seed, done, time.monotonic() - began)
    _LOG.info("%d kills, seeds %d to %d, cut off: %s", kills, FIRST, seed - 1, dict(cut_off))
    assert cut_off, "no kill fell into a build, a deploy or a job"


def nothing_is_missing_or_doubled(sandbox: Sandbox, service: str, pushed: list[str]) -> None:
    """What holds at once after a start, whatever is still under way."""
    for client, path in ((sandbox.hub, "/api/spaces"), (sandbox.hub, "/")):
        assert client.get(path).status_code == 200
    assert [each["id"] for each in sandbox.hub.get("/api/spaces").json()] == [f"{OWNER}/app"]
    found = sandbox.deploys(service)
    new = [each["commit"]["id"] for each in found if each["trigger"] == "new_commit"]
    assert len(new) == len(set(new)), "a push made two deploys"
    assert [each["status"] for each in found].count("live") <= 1
    heads = [each["head_sha"] for each in sandbox.runs()]
    assert len(heads) == len(set(heads)), "a push started two runs"
    assert set(pushed[:-1]) <= set(heads)


def settled(
    sandbox: Sandbox, engine: docker.DockerClient, service: str, text: str, pushed: list[str]
) -> None:
    """Everything lists and runs what was pushed last; nothing is doubled or left over."""
    host = _expect(sandbox.hub.get(f"/api/spaces/{OWNER}/app")).json()["host"]
    sandbox.until(lambda: _page(host) == text, lambda: f"the Space shows {_page(host)}")
    url = _expect(sandbox.render.get(f"/v1/services/{service}")).json()["serviceDetails"]["url"]
    sandbox.until(lambda: _page(url) == text, lambda: f"the service shows {_page(url)}")

    def deploys_are_over() -> bool:
        found = sandbox.deploys(service)
        new = sorted(each["commit"]["id"] for each in found if each["trigger"] == "new_commit")
        return new == sorted(pushed) and all(each["status"] in OVER for each in found)

    sandbox.until(deploys_are_over, lambda: f"{sandbox.deploys(service)}, and not of {pushed}")
    states = [each["status"] for each in sandbox.deploys(service)]
    assert states[0] == "live"
    assert states.count("live") == 1
    sandbox.until(
        lambda: {each["status"] for each in sandbox.runs()} == {"completed"}, "all runs end"
    )
    nothing_is_missing_or_doubled(sandbox, service, pushed)
    assert set(pushed) <= {each["head_sha"] for each in sandbox.runs()}
    assert {each["conclusion"] for each in sandbox.runs()} <= {"success", "cancelled"}

    def only_what_serves() -> bool:
        found = present(engine, sandbox)
        return [len(found[each]) for each in ("containers", "volumes")] == [2, 0]

    sandbox.until(only_what_serves, lambda: str(present(engine, sandbox)))
    found = present(engine, sandbox)
    own = [name for name in found["networks"] if name in found["containers"]]
    assert own == found["containers"]
    assert len(found["networks"]) <= len(found["containers"]) + 1, "and Render's private network"
    assert command_lines("sleep 7777") == []
    assert [each for each in command_lines(f"/{sandbox.name}/") if "buildctl" in each] == []
    contexts = [*sandbox.home.folder.rglob("build-*"), *sandbox.home.folder.rglob("work/*")]
    assert contexts == []
