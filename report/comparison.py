"""Two plans that both start from nothing, compared: what a branch declares other than its base.

Where no state is at hand, base and head are each planned for an empty stack. What forces a
replacement is the provider's knowledge, so that such a comparison shows an update there.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from report.plan import Change, Operation, Plan

_DRAWN = re.compile(r"-[0-9a-f]{7}$")  # how the engine makes a name of its own unique


def compare(base: Plan, head: Plan) -> Plan:
    """The head's plan as changes of what the base declares."""
    before = {each.urn: each for each in base.changes if each.operation is not Operation.DELETE}
    after = {each.urn: each for each in head.changes if each.operation is not Operation.DELETE}
    changes: list[Change] = []
    unchanged = 0
    for urn, new in after.items():
        old = before.get(urn)
        if old is None:
            changes.append(replace(new, operation=Operation.CREATE, old={}))
        elif _without_drawn_names(old.new) == _without_drawn_names(new.new):
            unchanged += 1
        else:
            changes.append(replace(new, operation=Operation.UPDATE, old=old.new))
    changes += [
        replace(old, operation=Operation.DELETE, old=old.new, new={})
        for urn, old in before.items()
        if urn not in after and not head.errors  # a plan that broke off deletes nothing
    ]
    order = list(Operation)
    changes.sort(key=lambda c: (order.index(c.operation), c.system, c.name, c.urn))
    return replace(head, changes=changes, unchanged=unchanged)


def _without_drawn_names(inputs: Mapping[str, Any]) -> dict[str, Any]:
    name = inputs.get("name")
    return {**inputs, "name": _DRAWN.sub("", name)} if isinstance(name, str) else dict(inputs)
