"""The systems a stack can raise: every module here that holds a `SYSTEM` is one, by its name.

A sixth is one file here, one app folder, and stack values.
"""

from collections.abc import Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from systems.plan import System


def _found() -> dict[str, System[Any]]:
    names = [each.name for each in iter_modules(__path__) if not each.ispkg]
    modules = {name: import_module(f"{__name__}.{name}") for name in names}
    return {name: module.SYSTEM for name, module in modules.items() if hasattr(module, "SYSTEM")}


SYSTEMS: Mapping[str, System[Any]] = _found()
