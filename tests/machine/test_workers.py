"""Workers that are in the middle of something are all waited for with one deadline."""

import threading
import time

from sandbox.apps.workers import Workers


def test_closing_waits_for_all_of_them_together_and_says_who_does_not_end():
    go = threading.Event()
    workers = Workers(lambda _: go.wait(30))
    for number in range(5):
        workers.wake(number)
    began = time.monotonic()
    assert workers.close(0.4) is False
    assert time.monotonic() - began < 1.5, "not the timeout of each after another"
    go.set()
    assert workers.close(10) is True
    workers.wake(7)
    assert workers.close(0) is True, "a closed one takes no more work"
