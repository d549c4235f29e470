"""Resources that several components of one program use together, declared when first asked for."""

from collections.abc import Callable
from typing import TypeVar, cast
from weakref import WeakKeyDictionary

from pulumi import Resource
from pulumi.runtime.settings import get_monitor

Shared = TypeVar("Shared", bound=Resource)

# By the engine that the program speaks to: one program may run after another in one process, as
# tests and the Automation API do.
_SHARED: WeakKeyDictionary[object, dict[str, Resource]] = WeakKeyDictionary()


def shared_resource(name: str, make: Callable[[str], Shared]) -> Shared:
    """The program's resource of that name.

    A provider instance is a process that the engine starts for every run, also for one that changes
    nothing: components share one.

    Args:
        name: its logical name, which is part of the state of all that uses it.
        make: declares it under that name when it is first asked for, without a parent.
    """
    known = _SHARED.setdefault(get_monitor(), {})
    if name not in known:
        known[name] = make(name)
    return cast("Shared", known[name])
