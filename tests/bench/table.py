"""Figures as a table: each row's smallest, middle and largest value."""

import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure over all runs."""

    what: str
    values: Sequence[float]
    form: str = "{:.1f}"  # of a value, unit included


def ratio(what: str, above: Sequence[float], below: Sequence[float]) -> Row:
    """Run by run, one figure over another: what was measured together is compared."""
    return Row(what, [a / b for a, b in zip(above, below, strict=True)], "{:,.3g} x")


def show(title: str, rows: Iterable[Row]) -> None:
    """Prints the table."""
    lines = [("", "min", "median", "max")]
    for row in rows:
        spread = (min(row.values), statistics.median(row.values), max(row.values))
        lines.append((row.what, *(row.form.format(value) for value in spread)))
    widths = [max(len(line[column]) for line in lines) for column in range(4)]
    sys.stdout.write(f"\n{title}\n\n")
    for what, *figures in lines:
        cells = [cell.rjust(width) for cell, width in zip(figures, widths[1:], strict=True)]
        sys.stdout.write("  ".join([what.ljust(widths[0]), *cells]) + "\n")
    sys.stdout.flush()
