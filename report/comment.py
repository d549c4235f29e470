"""One stack's plan as one comment: the summary first, and cut from the bottom where it is long."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from report import money
from report.behaviour.section import section as behaviour_section
from report.consequences import addresses, lost, restarts
from report.differences import SHOWN_FILES, Difference, FileDifference, differences, masked
from report.markdown import code, length, plain
from report.plan import Change, Cost, Operation, Plan

LIMIT = 65_536  # GitHub's, of characters in a comment's body
_NOTICE = 400  # kept free for the words that say what was cut
_SYSTEMS = 40  # rows of the summary
_LISTED = 25  # lines of each list above the changes
_ROWS = 30  # properties of one change
_TITLES = {
    Operation.DELETE: "deleted",
    Operation.REPLACE: "replaced",
    Operation.UPDATE: "updated",
    Operation.CREATE: "created",
}


def marker(stack: str, subject: str = "report") -> str:
    """The hidden line by which what was written of a stack is found again.

    A stack's name may hold letters, digits and `-_.` alone; nothing else gets into the line.
    """
    name = re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9_.-]", "", stack))  # `--` could end the line
    return f"<!-- slipway-{subject} {name} -->"


def render_comment(plan: Plan, limit: int = LIMIT) -> str:
    """The comment; never longer than the limit, and what is left out is said."""
    page = Page(limit - _NOTICE)
    page.add(f"{marker(plan.stack)}\n## {headline(plan)}\n")
    page.add(_summary(plan))
    for section in (_errors, _policies, _losses, _services, _costs, _drift, _behaviour):
        page.add_lines(list(section(plan)))
    shown = brief = 0
    if plan.changes:
        page.add("\n### Changes\n")
    for change in plan.changes:
        if not brief and page.add(details(change)):
            shown += 1
        elif page.add(f"\n* {_line(change)}"):
            brief += 1
        else:
            break
    left = len(plan.changes) - shown - brief
    if brief or left or page.refused:
        page.end(
            f"\n\n> **Cut to fit a comment.** {shown} of {len(plan.changes)} changes are shown "
            f"with their properties, {brief} by name, {left} not at all. "
            "All of them: `make preview`, or the summary's artifact of this workflow.\n"
        )
    return page.text


def headline(plan: Plan) -> str:
    """One line: the stack and what happens to it."""
    if plan.troubles or (plan.errors and not plan.changes):
        said = "there is no plan"
    elif plan.changes:
        totals = Counter(change.operation for change in plan.changes)
        said = ", ".join(f"{totals[each]} {_TITLES[each]}" for each in Operation if totals[each])
    else:
        said = "nothing changes"
    stops = sum(each.stops for each in plan.policies or ())
    return f"{code(plan.stack, 60)}: {said}" + (
        f"; {stops} broken {'policy stops' if stops == 1 else 'policies stop'} it" if stops else ""
    )


class Page:
    """Text that grows as long as it fits."""

    def __init__(self, limit: int) -> None:
        self.text = ""
        self.refused = 0
        self._left = limit

    def add(self, block: str) -> bool:
        """Adds it whole, or not at all."""
        size = length(block)
        if size > self._left:
            self.refused += 1
            return False
        self.text += block
        self._left -= size
        return True

    def add_lines(self, lines: Sequence[str]) -> None:
        """Adds lines from the top as long as they fit."""
        for each in lines:
            if not self.add(each):
                return

    def end(self, block: str) -> None:
        """Adds the last words, for which room was kept."""
        self.text += block


def _summary(plan: Plan) -> str:
    lines = ["\n| system | create | update | replace | delete |\n|---|---:|---:|---:|---:|\n"]
    order = (Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.DELETE)
    counts = plan.counts()
    for system, found in list(counts.items())[:_SYSTEMS]:
        cells = " | ".join(str(found[each] or "·") for each in order)
        lines.append(f"| {code(system, 60)} | {cells} |\n")
    if len(counts) > _SYSTEMS:
        lines.append(f"| and {len(counts) - _SYSTEMS} more systems | | | | |\n")
    total: Counter[Operation] = Counter(change.operation for change in plan.changes)
    cells = " | ".join(f"**{total[each]}**" for each in order)
    lines.append(f"| **{plan.unchanged} stay as they are** | {cells} |\n")
    return "".join(lines)


def _listed(title: str, lines: Iterable[str]) -> Iterator[str]:
    """A heading and its lines; nothing at all where there are none."""
    found = list(lines)
    if found:
        yield f"\n### {title}\n\n"
        yield from (f"* {each}\n" for each in found[:_LISTED])
        if len(found) > _LISTED:
            yield f"* … and {len(found) - _LISTED} more\n"


def _errors(plan: Plan) -> Iterator[str]:
    return _listed("What went wrong", (plain(masked("", each)) for each in plan.troubles))


def _policies(plan: Plan) -> Iterator[str]:
    if plan.policies is None:
        return
    order = sorted(plan.policies, key=lambda each: (not each.stops, each.outcome != "broken"))
    lines = (
        f"{'**stops**' if each.stops else plain(each.outcome, 20)} {code(each.rule, 60)} "
        f"({plain(each.severity, 20)}) {code(each.object, 80)}: {plain(masked('', each.why))}. "
        f"{plain(masked('', each.remedy))}"
        for each in order
    )
    yield from _listed("Policies", lines)
    if not plan.policies:
        yield "\n**Policies**: all of them are kept.\n"


def _losses(plan: Plan) -> Iterator[str]:
    lines = []
    for change in plan.changes:
        if said := lost(change):
            why = ", ".join(code(each, 60) for each in change.because[:5])
            because = f" (because of {why})" if why else ""
            lines.append(f"{_line(change)}: **{said}**{because}")
    return _listed("What is lost", lines)


def _services(plan: Plan) -> Iterator[str]:
    changes = list(plan.changes)
    yield from _listed("What restarts", (code(each) for each in restarts(changes)))
    moved = (
        f"{code(name)}: {code(old) if old else 'unknown'} → "
        + (code(new) if new else "gone, or known later")
        for name, old, new in addresses(changes)
    )
    yield from _listed("Addresses that change", moved)


def _costs(plan: Plan) -> Iterator[str]:
    if plan.costs_after is None:
        return
    before = plan.costs_before
    yield f"\n### Cost of a month\n\n{plain(money.line(before, plan.costs_after))}\n"
    if before is None:
        return
    lines = (
        f"{code(label, 80)}: {_price(old)} → {_price(new)}"
        for label, old, new in money.changed(before, plan.costs_after)
    )
    for line in list(lines)[:_LISTED]:
        yield f"* {line}\n"


def _price(cost: Cost | None) -> str:
    if cost is None:
        return "none"
    price = "unknown" if cost.dollars is None else f"${cost.dollars:,.2f}"
    return f"{price} ({plain(cost.plan, 40) or 'plan known later'})"


def _drift(plan: Plan) -> Iterator[str]:
    return _listed("Changed outside of this stack", (_line(change) for change in plan.drift))


def _behaviour(plan: Plan) -> Iterator[str]:
    return behaviour_section(plan.behaviour)


def _line(change: Change) -> str:
    return f"{_TITLES[change.operation]} {code(change.name, 80)} {plain(change.kind, 60)}"


def details(change: Change) -> str:
    """One change with its properties before and after, folded."""
    rows = list(_rows(change))
    if not rows:
        return f"\n* {_line(change)}\n"
    cut = f"\n… and {len(rows) - _ROWS} more properties\n" if len(rows) > _ROWS else ""
    table = "".join(rows[:_ROWS])
    return (
        f"\n<details><summary>{_line(change)}</summary>\n\n| property | before | after |\n"
        f"|---|---|---|\n{table}{cut}\n</details>\n"
    )


def _rows(change: Change) -> Iterator[str]:
    for each in differences(change):
        if isinstance(each, FileDifference):
            for word in ("added", "changed", "removed"):
                if files := getattr(each, word):
                    yield f"| {code(each.path)} | {len(files)} files {word} | {_files(files)} |\n"
        else:
            yield f"| {code(each.path)} | {_value(each, each.old)} | {_value(each, each.new)} |\n"


def _files(files: Sequence[str]) -> str:
    said = ", ".join(code(each, 100) for each in files[:SHOWN_FILES])
    more = len(files) - SHOWN_FILES
    return said + (f" and {more} more" if more > 0 else "")


def _value(difference: Difference, value: str | None) -> str:
    if value is None:
        return ""
    said = code(value)
    if difference.old == difference.new:
        return f"{said} changed" if value is difference.new else said
    return said
