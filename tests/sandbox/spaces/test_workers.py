"""One worker per Space, and no wake-up lost between its last look and its end."""

import threading
from collections import Counter

from sandbox.apps.workers import Workers
from tests.sandbox.spaces.conftest import until


def test_wake_up_during_work_leads_to_another_look_and_never_to_two_at_once():
    looks: list[int] = []
    inside = Counter()
    entered, go_on = threading.Semaphore(0), threading.Semaphore(0)

    def work(space: int) -> None:
        inside[space] += 1
        assert inside[space] == 1
        looks.append(space)
        entered.release()
        go_on.acquire()
        inside[space] -= 1

    workers = Workers(work)
    workers.wake(1)
    entered.acquire()
    for _ in range(5):  # while it looks: one more look covers them all
        workers.wake(1)
    workers.wake(2)  # another Space does not wait
    entered.acquire()
    assert sorted(looks) == [1, 2]
    for _ in range(3):
        go_on.release()
    until(lambda: sorted(looks) == [1, 1, 2])
    assert workers.close(5)
    workers.wake(1)
    assert sorted(looks) == [1, 1, 2]


def test_worker_that_fails_takes_the_next_request():
    looks: list[int] = []

    def work(space: int) -> None:
        looks.append(space)
        raise RuntimeError("broken")

    workers = Workers(work)
    for count in (1, 2):
        workers.wake(7)
        until(lambda count=count: len(looks) == count)
    assert workers.close(5)
