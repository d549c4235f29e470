"""Provider instances that several components of one program use together.

Each instance is a process that the engine starts for every run, also for one that changes nothing.
"""

from collections.abc import Callable
from weakref import WeakKeyDictionary

from pulumi import ProviderResource
from pulumi.runtime.settings import get_monitor

# By the engine that the program speaks to: one program may run after another in one process, as
# tests and the Automation API do.
_SHARED: WeakKeyDictionary[object, dict[str, ProviderResource]] = WeakKeyDictionary()


def shared_provider(name: str, make: Callable[[str], ProviderResource]) -> ProviderResource:
    """The program's instance of that name.

    Args:
        name: its logical name, which is part of the state of all that uses it.
        make: declares it under that name when it is first asked for, without a parent.
    """
    known = _SHARED.setdefault(get_monitor(), {})
    if name not in known:
        known[name] = make(name)
    return known[name]
