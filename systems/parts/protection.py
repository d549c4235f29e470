"""A stack that protects what it raised is production: strangers find it closed."""

import json
from collections.abc import Mapping

from slipway.core.findings import Finding, error
from systems.config import StackConfig, camel

_NONE: Mapping[str, str] = {}


def closed_in_production(
    stack: StackConfig,
    system: str,
    settings: object,
    *,
    on: Mapping[str, str] = _NONE,
    off: Mapping[str, str] = _NONE,
) -> list[Finding]:
    """Refuses switches of a protected stack that stand the other way.

    Args:
        stack: protected or not.
        system: whose settings they are.
        settings: the switches, as fields.
        on: those that must be true -> what would follow if they were not, for people.
        off: those that must be false, likewise.
    """
    wanted = [(name, True, so) for name, so in on.items()]
    wanted += [(name, False, so) for name, so in off.items()]
    return [
        error(
            f"slipway:{system}",
            f"{camel(name)} is {json.dumps(not must_be)} in a protected stack: {so}",
            f"Set it to {json.dumps(must_be)}",
        )
        for name, must_be, so in wanted
        if stack.protect and getattr(settings, name) is not must_be
    ]
