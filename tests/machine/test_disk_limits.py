"""A container that fills the disk is ended at its limit, and says why; others run on."""

import shutil
import time

import pytest

from sandbox.machine.contract import RunRequest
from sandbox.machine.docker_machine import DockerMachine
from sandbox.machine.runners import disk_limits

pytestmark = pytest.mark.machine

LIMIT = 40_000_000
QUIET = "FROM busybox\nCMD trap exit TERM; sleep 600 & wait\n"
# Where nobody ends it, it ends by itself at twelve times what it may.
FILLING = """\
FROM busybox
CMD for n in $(seq 60); do dd if=/dev/zero of=/fat$n bs=1M count=8 2>/dev/null; sleep 0.1; done
"""


@pytest.fixture
def quick(machine: DockerMachine) -> DockerMachine:
    machine._disk._seconds = 0.1
    return machine


def output(machine, container) -> list[str]:
    lines: list[str] = []
    machine.follow_logs(container.id, lines.append)
    return lines


def test_who_writes_more_than_allowed_is_ended_and_told_why(quick, build):
    build(FILLING)
    build(QUIET, tag="quiet:1")
    beside = quick.run(RunRequest(name="quiet", image="quiet:1", port=80, disk_bytes=LIMIT))
    began = time.monotonic()
    container = quick.run(RunRequest(name="fat", image="app:1", port=80, disk_bytes=LIMIT))
    said = output(quick, container)
    assert time.monotonic() - began < 60
    state = quick.state(container.id)
    assert state is not None
    assert not state.running
    assert not state.out_of_memory
    assert state.ended_because is not None
    assert state.ended_because.startswith("Storage limit exceeded: ")
    assert "40 MB are allowed" in state.ended_because
    assert said == [f"sandbox: {state.ended_because}"]
    assert quick.state(beside.id).running


def test_a_volume_holds_no_more_than_its_size(quick, engine, build):
    build(FILLING.replace("/fat$n", "/data/fat$n"))
    sized = {"volumes": {"disk": "/data"}, "volume_bytes": {"disk": LIMIT}}
    container = quick.run(RunRequest(name="fat", image="app:1", port=80, **sized))
    said = output(quick, container)
    state = quick.state(container.id)
    assert state is not None
    assert state.ended_because is not None
    assert "the size of which is 40 MB" in state.ended_because
    assert said == [f"sandbox: {state.ended_because}"]
    labels = quick._client.containers.get(container.id).labels
    later = DockerMachine(engine.address, quick._sandbox_id)
    later._disk.watch(container.id, labels)  # as for one that outlived the sandbox
    assert list(later._disk._volumes[container.id].values()) == [LIMIT]
    quick.remove("fat")
    quick.remove_volume("disk")


def test_a_container_that_outlived_the_sandbox_keeps_its_limit(quick, engine, build):
    build("FROM busybox\nCMD sleep 3; dd if=/dev/zero of=/fat bs=1M count=100; sleep 600\n")
    quick.run(RunRequest(name="fat", image="app:1", port=80, disk_bytes=LIMIT))
    quick._disk._limits.clear()  # as when its process is gone
    later = DockerMachine(engine.address, quick._sandbox_id)
    later._disk._seconds = 0.1
    found = later.find("fat")
    output(later, found)
    assert "40 MB are allowed" in (later.state(found.id).ended_because or "")


def test_what_may_be_written_is_never_more_than_half_of_what_is_free(machine):
    place = machine._disk._place()
    if place is None:
        pytest.skip("the engine's disk is in a virtual machine")
    free = shutil.disk_usage(place).free
    assert machine._disk.allowed(10**18) == pytest.approx(free / 2, rel=0.05)
    assert machine._disk.allowed(LIMIT) == LIMIT
    assert machine._disk.allowed(None) <= disk_limits.MOST_BYTES


def test_who_wrote_most_is_ended_while_some_of_the_disk_is_left(quick, build, monkeypatch):
    place = quick._disk._place()
    if place is None:
        pytest.skip("the engine's disk is in a virtual machine")
    monkeypatch.setattr(disk_limits, "_WORTH", 20_000_000)
    build(FILLING)
    build(QUIET, tag="quiet:1")
    beside = quick.run(RunRequest(name="quiet", image="quiet:1", port=80))
    container = quick.run(RunRequest(name="fat", image="app:1", port=80))
    monkeypatch.setattr(disk_limits, "RESERVE", shutil.disk_usage(place).free * 2)
    output(quick, container)
    assert "left on the disk" in (quick.state(container.id).ended_because or "")
    assert quick.state(beside.id).running
