"""The doctor's list as text."""

import shutil
import textwrap
from collections.abc import Iterable, Sequence

from doors.doctor.finding import Finding

_HEADER = ("check", "found", "verdict", "remedy")
_WIDEST_FOUND = 56
_NARROWEST_REMEDY = 30


def table(findings: Sequence[Finding], width: int | None = None) -> str:
    """One row each: what was looked at, what was found, what it means, what to do.

    Args:
        findings: in their order.
        width: characters of a line; by default the terminal's.
    """
    total = width or max(100, shutil.get_terminal_size((120, 24)).columns)
    rows = [_HEADER, *((f.check, f.found, f.verdict.value, f.remedy) for f in findings)]
    check = max(len(row[0]) for row in rows)
    verdict = max(len(row[2]) for row in rows)
    found = min(_WIDEST_FOUND, max(len(row[1]) for row in rows))
    remedy = max(_NARROWEST_REMEDY, total - check - found - verdict - 6)
    widths = (check, found, verdict, remedy)
    lines = [line for row in rows for line in _row(row, widths)]
    rule = "  ".join("─" * each for each in widths)
    return "\n".join([lines[0], rule, *lines[1:]])


def refusal(findings: Iterable[Finding]) -> str:
    """What stops the set-up, each with its remedy, for an error message."""
    lines = ["This machine can't be set up as it is; nothing was begun."]
    for finding in findings:
        lines.append(f"  {finding.check}: {finding.found}")
        lines.append(f"    → {finding.remedy}")
    lines.append("`make doctor` shows all that was looked at.")
    return "\n".join(lines)


def _row(cells: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    wrapped = [
        textwrap.wrap(cell, width, break_on_hyphens=False) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    for at in range(max(map(len, wrapped))):
        parts = [column[at] if at < len(column) else "" for column in wrapped]
        line = [part.ljust(width) for part, width in zip(parts, widths, strict=True)]
        yield "  ".join(line).rstrip()
