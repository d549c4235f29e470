"""The threads of one kind of applications, and what becomes of their containers at the end."""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from sandbox.apps.workers import Workers
from sandbox.machine.contract import Machine, MachineUnavailableError

_LOG = logging.getLogger(__name__)
_STOP_SECONDS = 15.0  # a worker may be in the middle of a call to the machine
_AT_ONCE = 8


class Life:
    """A worker for each busy application, and one thread that looks after all that run.

    Args:
        kind: what the platform calls an application, for names of threads and the log.
        work: what a worker does for the application of a number.
        look: looks at what runs, again and again.
        stopping: set once nothing is to go on.
        seconds: between two looks.
    """

    def __init__(
        self,
        kind: str,
        *,
        work: Callable[[int], None],
        look: Callable[[], None],
        stopping: threading.Event,
        seconds: float,
    ) -> None:
        self._kind = kind
        self._look = look
        self._stopping = stopping
        self._seconds = seconds
        self._workers = Workers(work, kind)
        self._watch = threading.Thread(target=self._run, name=f"{kind}-watch", daemon=True)
        self.wake = self._workers.wake

    def watch(self) -> None:
        """Begins to look after what runs."""
        self._watch.start()

    def stop(self) -> None:
        """Ends the workers and the looks."""
        self._stopping.set()
        self._workers.close(_STOP_SECONDS)
        if self._watch.ident is not None:
            self._watch.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._seconds):
            try:
                self._look()
            except MachineUnavailableError as error:
                _LOG.warning("what runs of each %s cannot be looked at: %s", self._kind, error)
            except Exception:  # noqa: BLE001 - one failing look must not end the later ones
                _LOG.exception("a look at what runs of each %s failed", self._kind)


def remove_all(machine: Machine, names: Iterable[str], *, soon: bool = False) -> None:
    """Removes containers side by side; of one that stays it is said so.

    Args:
        machine: which has them.
        names: theirs.
        soon: whether they get less time to end than they may ask for.
    """

    def remove(name: str) -> None:
        try:
            machine.remove(name, soon=soon)
        except MachineUnavailableError as error:
            _LOG.warning("container %s is left over: %s", name, error)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(remove, names))


def end_leftovers(machine: Machine, is_left: Callable[[str], bool]) -> None:
    """Removes what a killed sandbox left running, before a platform's workers begin.

    Args:
        machine: which has the containers.
        is_left: whether the container of a name is one of the platform's that nobody wants.
    """
    try:
        left = [name for name in machine.names() if is_left(name)]
    except MachineUnavailableError as error:
        _LOG.warning("what an earlier sandbox left running cannot be looked at: %s", error)
        return
    remove_all(machine, left, soon=True)
