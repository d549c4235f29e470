"""Ctrl-C: what waits for a platform ends within seconds, and the next run goes on from there.

On a first Ctrl-C the engine asks every plugin to cancel, and then waits for the calls that are
under way; a second one ends it at once, and what those calls have made is not written down. The
host that Pulumi runs dynamic providers in does nothing when it is asked. And it serves four calls
at a time: while four of them wait, it does not hear that anybody asks, and everybody else's quick
calls wait as well (measured: 8 quick creates beside 8 waits of 6 s end after 13.8 s, in a pool
that is wide enough after 1.7 s).
"""

import sys
from collections.abc import Callable
from concurrent.futures import thread
from functools import partial
from threading import Event
from types import ModuleType, SimpleNamespace
from typing import Any

from slipway.errors import DeployError

CALLS_AT_A_TIME = 64  # more than a program waits for; a thread exists once a call needs it

_CANCELLED = Event()


class CancelledRunError(DeployError):
    """Somebody ended the run while it waited."""


def pause(seconds: float) -> None:
    """Sleeps; every wait of a provider does so with this.

    Raises:
        CancelledRunError: the run was cancelled, before or meanwhile.
    """
    if _CANCELLED.wait(seconds):
        raise CancelledRunError(
            "Ended by Ctrl-C while it waited for the platform, which goes on by itself. What was "
            "made so far is known; the same command takes it up from here."
        )


def listen_for_cancel() -> None:
    """Makes Pulumi's host of dynamic providers hear a cancel; elsewhere nothing happens."""
    host = sys.modules["__main__"]
    answers = getattr(host, "empty_pb2", None)
    if hasattr(host, "_abort_with_traceback") and isinstance(answers, ModuleType):
        # Its `Cancel` makes an empty answer, and does nothing else.
        heard = SimpleNamespace(Empty=partial(_answered, answers.Empty))
        host.empty_pb2 = heard  # type: ignore[attr-defined]
        _widen()


def _answered(make: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the host answers with
    if sys._getframe(1).f_code.co_name == "Cancel":  # noqa: SLF001 - `Delete` answers so as well
        _CANCELLED.set()
    return make()


def _widen() -> None:
    """Lets the pool that this thread is of serve more calls at a time."""
    frame = sys._getframe()  # noqa: SLF001 - the host keeps its pool to itself
    while (before := frame.f_back) is not None:
        frame = before
        if frame.f_code is thread._worker.__code__:  # noqa: SLF001
            pool = frame.f_locals["executor_reference"]()
            pool._max_workers = max(pool._max_workers, CALLS_AT_A_TIME)  # noqa: SLF001
            return
