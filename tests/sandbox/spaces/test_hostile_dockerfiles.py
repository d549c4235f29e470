"""Dockerfiles that mean harm, built as Spaces by the real builder: held, while the Hub answers."""

import json
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from sandbox.hub.spaces.running.turn import Tuning
from sandbox.machine.builders import confinement
from sandbox.machine.contract import BuildRequest
from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.spaces import hostile_steps
from tests.sandbox.spaces.conftest import until
from tests.sandbox.spaces.live_hub import TOKEN, LiveHub
from toolchain.engine.setup import ensure_engine
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.progress import Progress

pytestmark = [pytest.mark.machine, pytest.mark.long]

CARD = "---\ntitle: Stranger\nsdk: docker\n---\n"
WELL = "FROM busybox\nCMD httpd -f -p 7860 -h /etc\n"
TUNING = Tuning(poll_seconds=0.1, watch_seconds=0.2)
SLOWEST_ANSWER = 5.0  # seconds, while two cores build and test


@pytest.fixture(scope="module")
def engine():
    with ensure_engine(Progress()) as running:
        if running.address.buildkit is None:
            pytest.skip("the user's own engine builds and applies its own rules")
        settings = (running.address.buildkit.data / "buildkit" / "buildkitd.toml").read_text()
        if 'networkMode = "host"' in settings:
            pytest.skip(
                "no iptables works here, or an older sandbox of this user's holds the engine"
            )
        yield running


@pytest.fixture(scope="module")
def docker(engine) -> Iterator[DockerMachine]:
    machine = DockerMachine(engine.address, sandbox_id=f"hostile-{secrets.token_hex(4)}")
    yield machine
    machine.remove_all()
    machine.close()


class Pulse:
    """Asks the Hub something all the while, as its other users do."""

    def __init__(self, hub: LiveHub) -> None:
        self.slowest, self.answers, self._over = 0.0, 0, threading.Event()
        self._hub = hub
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._over.set()
        self._thread.join()

    def _ask(self):
        headers = {"authorization": f"Bearer {TOKEN}"}
        with httpx.Client(base_url=self._hub.url, headers=headers, timeout=60) as client:
            while not self._over.wait(0.05):
                began = time.monotonic()
                client.get("/api/spaces", params={"author": "acme"}).raise_for_status()
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.answers += 1


@pytest.fixture
def tuning() -> Tuning:
    return TUNING


@pytest.fixture
def hub(tmp_path, docker, tuning) -> Iterator[LiveHub]:
    with LiveHub(tmp_path, docker, tuning, docker.bind_host) as live, Pulse(live) as pulse:
        yield live
        until(lambda: pulse.answers > 3, seconds=30)
    assert pulse.slowest < SLOWEST_ANSWER


def push(hub: LiveHub, name: str, dockerfile: str, **files: str) -> str:
    hub.api.create_repo(f"acme/{name}", repo_type="space", space_sdk="docker")
    named = {path.replace("_", "."): content for path, content in files.items()}
    # The builder keeps its cache from run to run, and a cached step does nothing.
    fresh = f"{dockerfile}\n# {secrets.token_hex(8)}\n"
    return hub.commit(f"acme/{name}", {"README.md": CARD, "Dockerfile": fresh, **named})


def built(hub: LiveHub, name: str, dockerfile: str, **files: str) -> tuple[str, str]:
    """The stage in which a Space settles, and its build's log."""
    push(hub, name, dockerfile, **files)
    runtime = hub.wait(f"acme/{name}", seconds=240)
    return runtime.stage, hub.log(f"acme/{name}", "build")


def assert_all_is_well(hub: LiveHub) -> None:
    """After whatever was tried: another Space builds and serves."""
    commit = push(hub, "well", WELL)
    assert hub.wait("acme/well", commit, seconds=120).stage == "RUNNING"


def step(engine, program: str, facts: dict[str, object]) -> tuple[str, dict[str, str]]:
    """A Dockerfile that runs one of `hostile_steps`, and the files beside it."""
    names = engine.address.buildkit.stand_ins
    python = next(each for each in names if each.startswith("python:") and "slim" in each)
    dockerfile = (
        f"FROM {python}\nENV FRESH={secrets.token_hex(8)}\nCOPY facts.json try.py /\n"
        "RUN python3 /try.py\nUSER 1000\nCMD python3 -m http.server 7860\n"
    )
    source = hostile_steps.PREFACE + program
    return dockerfile, {"facts_json": json.dumps(facts), "try_py": source}


def facts(engine, secret_port: int = 0) -> dict[str, object]:
    buildkit = engine.address.buildkit
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("203.0.113.9", 9))  # nothing is sent
        outside = probe.getsockname()[0]
    inside = engine.address.inside_host
    gateway = f"{inside.rsplit('.', 2)[0]}.254.1"
    addresses = (buildkit.registry, buildkit.mirror)
    return {
        "hosts": ["127.0.0.1", "localhost", inside, gateway, outside, "host.docker.internal"],
        "registry_ports": [each.rpartition(":")[2] for each in addresses],
        "secret_port": secret_port,
        "token": TOKEN,
    }


@pytest.mark.parametrize(
    "name",
    [
        "POISON_THE_REGISTRY",
        "SCAN_LOOPBACK",
        "REACH_A_SERVER_ON_LOOPBACK",
        "REACH_THE_ENGINES_SOCKET",
        "READ_THE_DISK",
        "TURN_THE_KERNELS_KNOBS",
        "LEAVE_ITS_NAMESPACES",
        "KILL_AND_READ_EVERYTHING",
        "LISTEN_ON_THE_WIRE",
    ],
)
def test_a_step_is_kept_from_this_machine(engine, hub, secret, name):
    dockerfile, files = step(engine, getattr(hostile_steps, name), facts(engine, secret.port))
    _, log = built(hub, "stranger", dockerfile, **files)
    assert "BROKEN" not in log, log[-3000:]
    assert '"held' in log, log[-3000:]
    assert secret.asked == []


class Secret:
    """A server of the developer's on loopback, and one in the open that sends visitors to it."""

    def __init__(self, bind_host: str) -> None:
        self.word, self.asked = secrets.token_hex(16), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                self.send_response(200)
                self.end_headers()
                self.wfile.write(outer.word.encode())

            def log_message(self, *_):
                pass

        class Sender(Handler):
            def do_GET(self):
                self.send_response(302)
                self.send_header("Location", f"http://127.0.0.1:{outer.port}/sent")
                self.end_headers()

        self._servers = [
            ThreadingHTTPServer(("127.0.0.1", 0), Handler),
            ThreadingHTTPServer((bind_host, 0), Sender),
        ]
        self.port, self.sender = (each.server_port for each in self._servers)
        for each in self._servers:
            threading.Thread(target=each.serve_forever, daemon=True).start()

    def close(self):
        for each in self._servers:
            each.shutdown()
            each.server_close()


@pytest.fixture
def secret(docker):
    made = Secret(docker.bind_host)
    yield made
    made.close()


@pytest.mark.parametrize(
    "source",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://{inside}:{sender}/",  # which sends on to loopback
        "http://127.0.0.1:{registry}/v2/_catalog",
        "http://user@127.0.0.1:{registry}/v2/_catalog",
        "http://[::ffff:127.0.0.1]:{registry}/v2/_catalog",
        "http://LOCALHOST:{mirror}/v2/",
        "https://127.0.0.1:{port}/repository.git",
    ],
)
def test_add_fetches_nothing_from_this_machines_loopback(engine, hub, secret, source):
    address = source.format(
        port=secret.port,
        sender=secret.sender,
        inside=engine.address.inside_host,
        registry=engine.address.buildkit.registry.rpartition(":")[2],
        mirror=engine.address.buildkit.mirror.rpartition(":")[2],
    )
    stage, log = built(hub, "stranger", f"FROM busybox\nADD {address} /got\nRUN cat /got\n")
    assert stage == "BUILD_ERROR"
    assert secret.word not in log
    assert "repositories" not in log
    assert secret.asked == []


@pytest.mark.parametrize("line", ["FROM {image}", "FROM busybox\nCOPY --from={image} /etc /got"])
def test_another_sandboxs_image_can_not_be_built_upon(engine, hub, tmp_path, line):
    other = DockerMachine(engine.address, sandbox_id=f"other-{secrets.token_hex(4)}")
    try:
        context = tmp_path / "context"
        context.mkdir()
        (context / "Dockerfile").write_text("FROM busybox\nRUN echo private > /private\n")
        other.build(BuildRequest(context=context, tag="app:1"), lambda _: None)
        image = f"{engine.address.buildkit.registry}/{other._images.name('app:1')}"
        stage, log = built(hub, "stranger", line.format(image=image))
    finally:
        other.remove_all()
        other.close()
    assert stage == "BUILD_ERROR"
    assert "denied by policy" in log


@pytest.mark.parametrize("flag", ["--network=host", "--security=insecure"])
def test_a_step_can_not_ask_for_more(hub, flag):
    stage, log = built(
        hub, "stranger", f"# syntax=docker/dockerfile:1\nFROM busybox\nRUN {flag} true\n"
    )
    assert stage == "BUILD_ERROR"
    assert "not allowed" in log or "denied" in log


def test_what_a_step_lays_into_a_cache_mount_is_in_no_other_spaces(hub):
    own = secrets.token_hex(4)  # a step that is cached shows nothing
    mount = f"RUN --mount=type=cache,id=pip,target=/root/.cache : {own};"
    _, log = built(hub, "poisoner", f"FROM busybox\n{mount} echo poison > /root/.cache/six.whl\n")
    _, log = built(hub, "victim", f"FROM busybox\n{mount} ls -la /root/.cache && echo looked\n")
    assert '"looked' in log
    assert "six.whl" not in log


def test_steps_that_run_at_the_same_time_do_not_reach_each_other(engine, hub):
    dockerfile, files = step(engine, hostile_steps.LISTEN_FOR_OTHERS, facts(engine))
    push(hub, "listener", dockerfile, **files)
    logs, listener = hub.service.log_store, hub.service.log_id("acme/listener")
    until(
        lambda: any("listening on" in each.line for each in logs.read(listener, "build")),
        seconds=60,
    )
    dockerfile, files = step(engine, hostile_steps.CALL_OTHERS, facts(engine))
    _, log = built(hub, "caller", dockerfile, **files)
    assert '"held' in log, log[-2000:]
    hub.wait("acme/listener", seconds=60)
    assert '"held' in hub.log("acme/listener", "build")


def test_a_fork_bomb_ends_in_its_step(engine, hub):
    dockerfile, files = step(engine, hostile_steps.FORK_BOMB, facts(engine))
    stage, log = built(hub, "stranger", dockerfile, **files)
    assert stage == "BUILD_ERROR"
    assert "held: " in log
    assert_all_is_well(hub)


def test_a_step_that_fills_the_memory_is_killed_alone(engine, tmp_path, docker):
    """By a builder of the test's own, whose limit is low: the machine's has other users."""
    own, programs = Buildkitd(tmp_path / "buildkit", tmp_path), ensure_programs(Progress())
    buildkit = engine.address.buildkit
    own.ensure(programs, buildkit.registry, Progress(), mirror=buildkit.mirror)
    try:
        group, v1 = own._limits, Path("/sys/fs/cgroup/memory")
        limit = Path("/sys/fs/cgroup") / group / "memory.max"
        if v1.is_dir():
            limit = v1 / group / "memory.limit_in_bytes"
        if not limit.is_file():
            pytest.skip("no control groups can be made here")
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        assert 0 < int(limit.read_text()) < memory
        limit.write_text(str(256 << 20))
        address = replace(engine.address, buildkit=replace(buildkit, address=own.address))
        machine = DockerMachine(address, docker._sandbox_id)
        with (
            LiveHub(tmp_path, machine, TUNING, machine.bind_host) as live,
            Pulse(live) as pulse,
        ):
            dockerfile, files = step(engine, hostile_steps.FILL_THE_MEMORY, facts(engine))
            stage, log = built(live, "stranger", dockerfile, **files)
            assert_all_is_well(live)
    finally:
        own.stop()
    assert stage == "BUILD_ERROR"
    assert "BROKEN" not in log
    assert pulse.slowest < SLOWEST_ANSWER


def test_a_step_that_fills_the_disk_is_ended_while_some_is_left(engine, hub, monkeypatch):
    data = engine.address.buildkit.data
    left = shutil.disk_usage(data).free - (600 << 20)
    monkeypatch.setattr(confinement, "KEPT_FREE_BYTES", left)
    stage, log = built(
        hub, "stranger", "FROM busybox\nRUN while :; do cat /bin/busybox; done > /fat\n"
    )
    assert stage == "BUILD_ERROR"
    assert "of the disk" in log
    assert shutil.disk_usage(data).free > left - (600 << 20)
    monkeypatch.undo()
    assert_all_is_well(hub)


@pytest.mark.parametrize(
    "flood",
    [
        "yes a line of the flood",
        "tr '\\0' x < /dev/zero",  # one line without end
        "while :; do cat /dev/urandom; done",
    ],
)
def test_a_flood_of_output_is_clipped_and_ends_with_its_space(hub, flood):
    push(hub, "flood", f"FROM busybox\nRUN {flood}\n")
    logs, flooded = hub.service.log_store, hub.service.log_id("acme/flood")
    until(lambda: len(logs.read(flooded, "build")) > 5, seconds=60)
    time.sleep(3)  # of flood
    size = sum(len(each.line) for each in logs.read(flooded, "build"))
    assert size < 16 << 20
    began = time.monotonic()
    hub.api.delete_repo("acme/flood", repo_type="space")
    until(lambda: not running(flood.split()[0]), seconds=30)
    assert time.monotonic() - began < 10
    assert_all_is_well(hub)


def running(words: str) -> list[str]:
    """Command lines of processes on this machine that begin so; those of steps are among them."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = each.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if line.startswith(words):
            found.append(line)
    return found


@pytest.mark.parametrize(
    "stubborn",
    [
        "sleep {mark}",
        "trap '' TERM INT HUP QUIT; while :; do sleep {mark}; done",
        "(setsid sleep {mark} &) ; sleep {mark}",
        "sh -c 'while :; do sleep {mark}; done' & wait",
    ],
)
def test_a_step_that_never_ends_does_when_its_space_is_deleted(hub, stubborn):
    mark = str(10**6 + secrets.randbelow(10**6))
    push(hub, "endless", f"FROM busybox\nRUN {stubborn.format(mark=mark)}\n")
    until(lambda: running(f"sleep {mark}"), seconds=60)
    began = time.monotonic()
    hub.api.delete_repo("acme/endless", repo_type="space")
    until(lambda: not running(f"sleep {mark}"), seconds=30)
    assert time.monotonic() - began < 10
    assert_all_is_well(hub)


def test_what_a_step_leaves_running_ends_with_it(hub):
    mark = str(10**6 + secrets.randbelow(10**6))
    stage, _ = built(hub, "leaver", f"FROM busybox\nRUN (setsid sleep {mark} &)\n" + WELL[12:])
    assert stage == "RUNNING"
    assert running(f"sleep {mark}") == []


class TestInLittleTime:
    @pytest.fixture
    def tuning(self):
        return replace(TUNING, build_seconds=10)

    @pytest.mark.parametrize(
        "endless",
        [
            "RUN while :; do :; done",
            # The step is quick; its layer is four terabytes of zeros.
            "RUN dd if=/dev/zero of=/sparse bs=1 count=1 seek=4398046511103",
        ],
    )
    def test_a_build_ends_when_its_time_is_over(self, hub, endless):
        stage, log = built(hub, "endless", f"FROM busybox\n{endless}\n")
        assert stage == "BUILD_ERROR"
        assert "timed out" in log
        assert_all_is_well(hub)
