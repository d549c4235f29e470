"""What a stop and a start of the sandbox keep: addresses, apps, interrupted work."""

import socket
from dataclasses import replace

import httpx
import pytest

from sandbox.hub.http.errors import RepositoryNotFoundError
from tests.sandbox.spaces.conftest import REPO, files, until
from tests.sandbox.spaces.test_stages import gated


def test_apps_come_back_under_the_same_address_without_a_build(world):
    commit = world.running("one")
    address = world.url()
    world.stop()
    assert not world.machine.names()
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)
    world.start()
    world.wait("RUNNING", sha=commit)
    assert world.url() == address
    assert world.version() == "one"
    assert len(world.machine.builds) == 1


def test_container_that_outlived_the_sandbox_is_found_and_serves_on(world):
    commit = world.running("one")
    world.stop(containers=False)
    names = world.machine.names()
    assert len(names) == 1
    world.start()
    assert world.service.runtime(REPO)["sha"] == commit
    assert world.version() == "one"
    assert world.machine.names() == names
    assert len(world.machine.runs) == 1
    until(lambda: "hello from one" in world.log("run"))


def test_container_that_a_killed_sandbox_had_replaced_is_ended(world):
    world.running("one")
    world.stop(containers=False)
    (serving,) = world.machine.names()
    for stray in (f"{serving[:-1]}b", "space-acme-gone-0123abcd-a"):
        world.machine.run(replace(world.machine.runs[0], name=stray))
    world.start()
    until(lambda: world.machine.names() == [serving])
    assert world.version() == "one"


def test_lost_image_is_built_again_at_start(world):
    commit = world.running("one")
    world.stop()
    world.machine.images.clear()
    world.start()
    world.wait("RUNNING", sha=commit)
    assert len(world.machine.builds) == 2
    assert world.version() == "one"


def test_interrupted_build_is_taken_up_again(world, tmp_path):
    world.running("one")
    gate = tmp_path / "gate"
    second = world.commit(files("two", build_py=gated(gate)))
    until(lambda: len(world.machine.builds) == 2)
    world.stop()
    gate.touch()
    world.start()
    world.wait("RUNNING", sha=second)
    assert world.version() == "two"


def test_interrupted_deletion_is_finished(world):
    world.running("one")
    world.stop(containers=False)
    address_book_ports = world.addresses.ports()
    assert address_book_ports
    world.start()
    del world.repositories.heads[REPO]
    world.service.deleted(REPO)
    world.stop(containers=False)
    world.start()
    until(lambda: not world.machine.names() and not world.addresses.ports())


@pytest.mark.parametrize("stage", ["PAUSED", "BUILD_ERROR", "NO_APP_FILE"])
def test_space_at_rest_stays_at_rest(world, stage):
    world.create()
    if stage == "PAUSED":
        world.wait("NO_APP_FILE")
        commit = world.commit(files())
        world.wait("RUNNING", sha=commit)
        world.service.pause(REPO)
    if stage == "BUILD_ERROR":
        world.commit(files(build_py="raise SystemExit(1)"))
    before = world.wait(stage)
    until(lambda: not world.machine.names())
    world.restarted()
    assert world.service.runtime(REPO) == before
    assert world.get().status_code == 503


def test_address_taken_meanwhile_is_opened_as_soon_as_it_is_free(world):
    commit = world.running("one")
    port = int(world.url().rpartition(":")[2])
    world.stop()
    with socket.create_server(("127.0.0.1", port)):
        world.start()
        world.wait("RUNNING", sha=commit)
    until(lambda: world.addresses.is_open("space:1"))
    assert world.version() == "one"


def test_commit_that_a_killed_sandbox_did_not_note_is_built_at_the_next_start(world):
    world.running("one")
    world.stop()
    missed = world.repositories.add(REPO, files("two"))
    world.start()
    world.wait("RUNNING", sha=missed)
    assert world.version() == "two"


def test_repository_that_an_older_sandbox_left_without_a_space_gets_one(world):
    world.stop()
    commit = world.repositories.add(REPO, files("one"))
    world.repositories.add("acme/odd", {"README.md": "no card"})
    world.start()
    world.wait("RUNNING", sha=commit)
    with pytest.raises(RepositoryNotFoundError):
        world.service.runtime("acme/odd")


def test_repository_that_a_killed_sandbox_did_not_forget_takes_its_space_along(world):
    world.running("one")
    world.stop(containers=False)
    del world.repositories.heads[REPO]
    world.start()
    with pytest.raises(RepositoryNotFoundError):
        world.service.runtime(REPO)
    until(lambda: not world.machine.names() and not world.addresses.ports())
