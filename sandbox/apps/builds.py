"""Builds of applications' images: few at once, each for so long."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from sandbox.machine.contract import BuildFailedError, BuildRequest, LogSink, Machine

Check = Callable[[], None]  # raises when the work is not wanted any more


@contextmanager
def place_to_build(
    places: BoundedSemaphore, check: Check, *, poll_seconds: float
) -> Iterator[None]:
    """One of the few places; who waits for one asks every `poll_seconds` whether to go on."""
    while not places.acquire(timeout=poll_seconds):
        check()
    try:
        check()
        yield
    finally:
        places.release()


def build_within(
    seconds: float,
    machine: Machine,
    request: BuildRequest,
    log: LogSink,
    check: Check,
    *,
    too_long: str,
) -> float:
    """Builds an image; how many seconds that took.

    Raises:
        BuildFailedError: `too_long`, as it took more seconds than that; or as the log says.
    """
    started = time.monotonic()

    def still() -> None:
        check()
        if time.monotonic() > started + seconds:
            raise BuildFailedError(too_long)

    machine.build(request, log, still)
    check()
    return time.monotonic() - started
