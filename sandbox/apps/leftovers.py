"""Ends what a killed sandbox left running that nobody will ever ask for again."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sandbox.machine.contract import Machine, MachineUnavailableError

_LOG = logging.getLogger(__name__)
_AT_ONCE = 8


def end_leftovers(machine: Machine, is_left: Callable[[str], bool]) -> None:
    """Removes containers of a platform before its workers begin.

    Args:
        machine: which has them.
        is_left: whether the container of a name is one of the platform's that nobody wants.
    """
    try:
        left = [name for name in machine.names() if is_left(name)]
    except MachineUnavailableError as error:
        _LOG.warning("what an earlier sandbox left running cannot be looked at: %s", error)
        return

    def remove(name: str) -> None:
        try:
            machine.remove(name, soon=True)
        except MachineUnavailableError as error:
            _LOG.warning("container %s is left over: %s", name, error)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(remove, left))
