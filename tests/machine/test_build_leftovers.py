"""What cancelled builds wrote is given back.

By a builder of the test's own: the user's is shared.
"""

import subprocess
import threading
import time
from dataclasses import replace

import pytest

from sandbox.machine.builders import leftovers
from sandbox.machine.contract import BuildRequest
from sandbox.machine.docker_machine import DockerMachine
from toolchain.cache import locked
from toolchain.engine import builder_leftovers
from toolchain.engine.builder_leftovers import free_leftovers, leftover_bytes
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.progress import Progress

pytestmark = pytest.mark.machine

MEGABYTE = 1 << 20
EACH = 40  # MB that a build writes before it is cancelled
MOST = 100 * MEGABYTE  # that may stay


class CancelledError(Exception):
    pass


@pytest.fixture
def builder(engine, tmp_path):
    if engine.address.buildkit is None:
        pytest.skip("the user's own engine has its own builder")
    buildkit, programs = engine.address.buildkit, ensure_programs(Progress())
    own = Buildkitd(tmp_path / "buildkit", tmp_path)
    own.ensure(programs, buildkit.registry, Progress(), mirror=buildkit.mirror)
    try:
        yield replace(buildkit, address=own.address, data=tmp_path)
    finally:
        # As the engine is stopped: else what gives back at this moment would start it once more.
        with locked(tmp_path / "engine.lock"):
            own.stop()


@pytest.fixture
def own_machine(machine, engine, builder, monkeypatch):
    """A machine over that builder."""
    monkeypatch.setattr(builder_leftovers, "engine_lock", lambda: builder.data / "engine.lock")
    monkeypatch.setattr(free_leftovers, "__defaults__", (MOST,))
    monkeypatch.setattr(leftovers, "_SECONDS", 0.2)
    return DockerMachine(replace(engine.address, buildkit=builder), machine._sandbox_id)


def cancelled(machine, context) -> None:
    """A build that is cancelled while its step runs, and has written something."""
    context.mkdir(exist_ok=True)
    step = f"dd if=/dev/zero of=/fat bs=1M count={EACH}; echo written; sleep 1000"
    (context / "Dockerfile").write_text(f"FROM busybox\nRUN : {time.time()}; {step}\n")
    wrote = threading.Event()

    def log(line: str) -> None:
        if " written" in line and "RUN" not in line:
            wrote.set()

    def check() -> None:
        if wrote.is_set():
            raise CancelledError

    with pytest.raises(CancelledError):
        machine.build(BuildRequest(context=context, tag="app:1"), log, check)


def built(machine, context, step: str) -> list[str]:
    context.mkdir(exist_ok=True)
    (context / "Dockerfile").write_text(f"FROM busybox\nRUN {step}\n")
    lines: list[str] = []
    machine.build(BuildRequest(context=context, tag="app:2"), lines.append)
    return lines


def disk(folder) -> int:
    counted = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=False)
    return int(counted.stdout.split()[0])


@pytest.mark.long
@pytest.mark.parametrize("builds", [6, pytest.param(50, marks=pytest.mark.rare)])
def test_the_disk_stays_bounded_over_cancelled_builds_and_the_cache_is_kept(
    own_machine, builder, tmp_path, builds
):
    built(own_machine, tmp_path / "well", "echo kept")
    before = disk(tmp_path / "buildkit")
    for _ in range(builds):
        cancelled(own_machine, tmp_path / "context")
    deadline = time.monotonic() + 60
    while leftover_bytes(builder) > MOST and time.monotonic() < deadline:
        time.sleep(0.2)
    assert leftover_bytes(builder) <= MOST
    while disk(tmp_path / "buildkit") - before > 150 and time.monotonic() < deadline:
        time.sleep(0.2)
    assert disk(tmp_path / "buildkit") - before <= 150, "megabytes, of which 100 may stay"
    assert any("CACHED" in line for line in built(own_machine, tmp_path / "well", "echo kept"))


@pytest.mark.long
def test_nothing_is_given_back_while_somebody_builds(own_machine, builder, tmp_path):
    for _ in range(3):
        # Each has its own machine: what it would give back by itself is not asked for here.
        cancelled(own_machine, tmp_path / "context")
    gate, lines, failed = threading.Event(), [], []

    def build() -> None:
        context = tmp_path / "other"
        context.mkdir()
        text = f"FROM busybox\nRUN : {time.time()}; echo at-work; sleep 6; echo done-well\n"
        (context / "Dockerfile").write_text(text)

        def log(line: str) -> None:
            lines.append(line)
            if " at-work" in line and "RUN" not in line:
                gate.set()

        try:
            own_machine.build(BuildRequest(context=context, tag="app:3"), log)
        except Exception as error:  # noqa: BLE001 - it is told below
            failed.append(error)

    at_work = threading.Thread(target=build)
    at_work.start()
    assert gate.wait(60)
    assert not free_leftovers(builder, 0)
    at_work.join()
    assert failed == []
    assert any(" done-well" in line and "RUN" not in line for line in lines)
