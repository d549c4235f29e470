"""Measures the comment of a pull request: how long it gets, and how long that takes.

python -m tests.bench.comment
"""

import sys
import time
from collections.abc import Mapping

from report.comment import LIMIT, render_comment
from report.markdown import length
from report.plan import Change, Operation, Plan, PolicyResult

COUNTS = (1, 50, 500, 2_000)
_SMALL = {"A": "2"}
_HOSTILE = {f"KEY_{i}": "|\U0001f600" * 100 for i in range(60)}  # each character grows by escaping
_LONG = PolicyResult(rule="r", severity="high", object="|" * 500, why="@" * 900, remedy="*" * 900)


def plan(count: int, *, hostile: bool) -> Plan:
    """A plan of so many changes.

    Args:
        count: of them.
        hostile: each deletes 60 long values that are nothing but markup, and breaks a rule in many
            words; else each updates one variable.
    """
    values = _HOSTILE if hostile else _SMALL
    operation = Operation.DELETE if hostile else Operation.UPDATE
    changes = [_change(number, operation, values) for number in range(count)]
    return Plan(stack="dev", changes=changes, policies=[_LONG] * (count if hostile else 0))


def rendered(given: Plan) -> tuple[str, float]:
    """The comment, and the seconds of this process that it took."""
    started = time.process_time()  # what else runs on this machine is none of its time
    comment = render_comment(given)
    return comment, time.process_time() - started


def main() -> int:
    """Prints the table; the exit code is 1 if a comment is longer than GitHub takes."""
    sys.stdout.write("changes  characters  seconds  hostile: characters  seconds\n")
    longest = 0
    for count in COUNTS:
        cells = []
        for hostile in (False, True):
            comment, seconds = rendered(plan(count, hostile=hostile))
            longest = max(longest, length(comment))
            cells.append((f"{length(comment):,}", f"{seconds:.2f}"))
        (small, fast), (heavy, slow) = cells
        sys.stdout.write(f"{count:>7,}{small:>12}{fast:>9}{heavy:>21}{slow:>9}\n")
    return int(longest > LIMIT)


def _change(number: int, operation: Operation, values: Mapping[str, str]) -> Change:
    urn = f"urn:pulumi:dev::slipway::pulumi-python:dynamic/render:WebService::shop-{number}-service"
    old, new = {"env": {"A": "1"}}, {"env": values}
    return Change(operation=operation, urn=urn, system="shop", old=old, new=new)


if __name__ == "__main__":
    sys.exit(main())
