"""One stack's plan for a terminal: the same content as the comment, as lines."""

from collections.abc import Iterator, Sequence

from report import money
from report.behaviour.findings import System
from report.behaviour.lines import answer_parts, lines
from report.consequences import addresses, lost, restarts
from report.differences import Difference, differences, masked
from report.markdown import cut
from report.plan import Change, Operation, Plan

_SIGNS = {
    Operation.CREATE: "+",
    Operation.UPDATE: "~",
    Operation.REPLACE: "±",
    Operation.DELETE: "-",
}
_SHOWN = 100  # characters of one value


def render_terminal(plan: Plan) -> str:
    """All changes; values lose whatever could steer a terminal."""
    return "\n".join(cut(line, 600) for line in _lines(plan)) + "\n"


def render_behaviour(systems: Sequence[System]) -> str:
    """What was found of systems that ran; values lose whatever could steer a terminal."""
    return "\n".join(cut(line, 600) for line in _behaviour(systems)) + "\n"


def _behaviour(systems: Sequence[System]) -> Iterator[str]:
    if not systems:
        yield "No app and no model is touched: nothing was run."
    for system in systems:
        yield from lines(system, cut)
        for changed in system.changed:
            yield f"  {changed.request}"
            for place, old, new in answer_parts(changed):
                yield f"    {place}: {cut(old, _SHOWN)} → {cut(new, _SHOWN)}"


def _lines(plan: Plan) -> Iterator[str]:
    yield f"Stack {plan.stack}"
    for error in plan.troubles:
        yield from (f"  error: {line}" for line in masked("", error).splitlines())
    for system, counts in plan.counts().items():
        said = ", ".join(f"{counts[each]} to {each.value}" for each in Operation if counts[each])
        yield f"  {system}: {said}"
    if not plan.changes and not plan.errors:
        yield "  Nothing changes."
    for rule in plan.policies or ():
        word = "stops" if rule.stops else rule.outcome
        yield f"  policy {word}: {rule.rule}: {rule.object}: {masked('', rule.why)}. {rule.remedy}"
    for change in plan.changes:
        yield from _change(change)
    yield from _consequences(plan)
    yield from _behaviour(plan.behaviour) if plan.behaviour is not None else ()
    yield f"  {len(plan.changes)} changes, {plan.unchanged} objects stay as they are"


def _change(change: Change) -> Iterator[str]:
    yield f"{_SIGNS[change.operation]} {change.name} ({change.kind})"
    if gone := lost(change):
        yield f"    lost: {gone}"
    if change.operation is Operation.DELETE:
        return  # what it was is of no use to anybody who reads this
    for each in differences(change):
        if isinstance(each, Difference):
            old, new = (cut(v, _SHOWN) if v is not None else "" for v in (each.old, each.new))
            yield f"    {each.path}: {old} → {new}" if old else f"    {each.path}: {new}"
            continue
        for sign, files in (("+", each.added), ("~", each.changed), ("-", each.removed)):
            yield from (f"    {each.path} {sign} {name}" for name in files)


def _consequences(plan: Plan) -> Iterator[str]:
    if again := restarts(list(plan.changes)):
        yield f"  Restarts: {', '.join(again)}"
    for name, before, after in addresses(list(plan.changes)):
        yield f"  Address of {name}: {before or 'unknown'} → {after or 'gone, or known later'}"
    for change in plan.drift:
        yield f"  Changed outside of this stack: {change.name} ({change.kind})"
    if plan.costs_after is not None:
        yield f"  Cost of a month: {money.line(plan.costs_before, plan.costs_after)}"
