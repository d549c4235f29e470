"""Trouble that is set: each fault shows what it says, and goes away as it says."""

from sandbox.hub.spaces.faults import Fault
from tests.sandbox.spaces.conftest import REPO, files, until


def test_stale_running_fault_tells_the_old_state_for_so_many_polls(world):
    first = world.running("one")
    world.service.faults.set(REPO, Fault.STALE_POLLS, 2)
    second = world.commit(files("two"))
    told = [world.service.runtime(REPO) for _ in range(2)]
    assert {(each["stage"], each["sha"]) for each in told} == {("RUNNING", first)}
    world.wait("RUNNING", sha=second)


def test_older_commit_fault_serves_the_wrong_version_until_a_restart(world):
    first = world.running("one")
    world.service.faults.set(REPO, Fault.OLDER_COMMIT, first)
    second = world.commit(files("two"))
    world.wait("RUNNING", sha=first)
    until(lambda: len(world.machine.builds) == 2)
    world.wait("RUNNING", sha=first)
    world.service.restart(REPO)
    world.wait("RUNNING", sha=second)


def test_stuck_build_fault_holds_until_it_is_cleared(world):
    world.create()
    world.service.faults.set(REPO, Fault.STUCK_BUILDING)
    commit = world.commit(files())
    world.wait("BUILDING")
    assert not world.machine.builds
    world.service.faults.clear(REPO, Fault.STUCK_BUILDING)
    world.wait("RUNNING", sha=commit)


def test_lost_commit_fault_builds_nothing_until_a_restart(world):
    world.create()
    world.wait("NO_APP_FILE")
    world.service.faults.set(REPO, Fault.LOST_COMMIT)
    commit = world.commit(files())
    assert world.stage() == "NO_APP_FILE"
    world.service.restart(REPO)
    world.wait("RUNNING", sha=commit)
