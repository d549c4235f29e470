"""Whatever is asked of Spaces at once, in the end the last commit serves, in one container."""

import random
import threading

import pytest

from sandbox.hub.spaces.settings import Kind
from tests.sandbox.spaces.conftest import REPO, files, until


@pytest.mark.parametrize("seed", range(3))
def test_requests_from_all_sides_leave_one_container_of_the_last_commit(world, seed):
    world.running("start")
    chance = random.Random(seed)  # noqa: S311 - only the timing
    last = {}

    def commits() -> None:
        for number in range(8):
            last["commit"] = world.commit(files(f"v{number}"))
            threading.Event().wait(chance.random() / 20)

    def settings() -> None:
        for number in range(8):
            world.service.put(REPO, Kind.VARIABLE, {"key": "ROUND", "value": str(number)})
            threading.Event().wait(chance.random() / 20)

    def actions() -> None:
        for _ in range(8):
            chance.choice([world.service.pause, world.service.restart])(REPO)
            threading.Event().wait(chance.random() / 20)

    threads = [threading.Thread(target=each) for each in (commits, settings, actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    world.service.restart(REPO)
    world.wait("RUNNING", sha=last["commit"])
    until(lambda: len(world.machine.names()) == 1, world.machine.names)
    assert world.version() == "v7"
    assert world.env()["ROUND"] == "7"
    assert len(world.machine.images) == 1
