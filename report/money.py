"""What a stack costs in a month, before and after."""

from collections.abc import Sequence
from itertools import chain

from report.plan import Cost


def total(costs: Sequence[Cost]) -> str:
    """A sum for people; what no list at hand knows is said, not taken for nothing."""
    known = sum(each.dollars for each in costs if each.dollars is not None)
    unknown = sum(each.dollars is None for each in costs)
    return f"${known:,.2f}" + (f" and {unknown} of unknown price" if unknown else "")


def line(before: Sequence[Cost] | None, after: Sequence[Cost]) -> str:
    """Before -> after, and the date of the price lists; None: nobody knows what was before."""
    dates = sorted({each.as_of for each in chain(before or (), after) if each.as_of})
    dated = f" (list prices of {', '.join(dates)})" if dates else ""
    was = "" if before is None else f"{total(before)} → "
    return f"{was}{total(after)}{dated}"


def changed(
    before: Sequence[Cost], after: Sequence[Cost]
) -> list[tuple[str, Cost | None, Cost | None]]:
    """(label, before, after) of what costs something else."""
    old, new = ({each.label: each for each in costs} for costs in (before, after))
    return [
        (label, old.get(label), new.get(label))
        for label in sorted(old.keys() | new.keys())
        if old.get(label) != new.get(label)
    ]
