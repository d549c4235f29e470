"""The labels that a pull request wears, by what its plans would do."""

from collections.abc import Iterable

from report.plan import Operation, Plan

PREFIX = "preview: "
_COLOURS = {
    "fails": "b60205",
    "destroys": "d93f0b",
    "changes": "fbca04",
    "adds": "0e8a16",
    "no changes": "c5def5",
}
LABELS = {f"{PREFIX}{word}": colour for word, colour in _COLOURS.items()}


def label(plans: Iterable[Plan]) -> str:
    """The one label, of the worst that any stack's plan does."""
    found = list(plans)
    operations = {change.operation for plan in found for change in plan.changes}
    if any(plan.failed for plan in found):
        word = "fails"
    elif operations & {Operation.DELETE, Operation.REPLACE}:
        word = "destroys"
    elif Operation.UPDATE in operations:
        word = "changes"
    else:
        word = "adds" if operations else "no changes"
    return PREFIX + word
