"""Times of `on.schedule`: POSIX cron of five fields, as GitHub documents it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.github.runs.planning.workflow import Workflow, WorkflowError

EVENT = "schedule"
_MONTHS = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
_DAYS = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
# Lowest, highest and names of minute, hour, day of the month, month and day of the week.
_FIELDS: Sequence[tuple[int, int, Mapping[str, int]]] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    (0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_PART = re.compile(r"(?P<first>\*|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>\d+))?")
_DAY, _WEEKDAY = 2, 4


@dataclass(frozen=True)
class Schedule:
    """One entry of `on.schedule`."""

    cron: str
    timezone: str
    _fields: tuple[frozenset[int], ...]
    _either_day: bool  # both days are restricted: then one of them is enough

    def holds(self, moment: datetime) -> bool:
        """Whether it is time in the minute of a moment, which knows its timezone."""
        local = moment.astimezone(ZoneInfo(self.timezone))
        weekday = (local.weekday() + 1) % 7  # which begins on Monday in Python
        now = (local.minute, local.hour, local.day, local.month, weekday)
        fits = [value in field for value, field in zip(now, self._fields, strict=True)]
        if self._either_day:
            fits[_DAY] = fits[_WEEKDAY] = fits[_DAY] or fits[_WEEKDAY]
        return all(fits)


def read_schedule(cron: str, timezone: str = "UTC") -> Schedule:
    """A schedule of its cron expression.

    Raises:
        ValueError: it is none, or there is no such timezone; the message says what is wrong.
    """
    parts = cron.split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"'{cron}' has {len(parts)} fields, and not {len(_FIELDS)}")
    fields = tuple(
        frozenset(_values(part, *rules)) for part, rules in zip(parts, _FIELDS, strict=True)
    )
    try:
        ZoneInfo(timezone)
    except (KeyError, OSError, ValueError):  # unknown, a folder, or no name of a zone
        raise ValueError(f"there is no timezone '{timezone}'") from None
    either = not parts[_DAY].startswith("*") and not parts[_WEEKDAY].startswith("*")
    return Schedule(cron, timezone, fields, either)


def schedules_of(
    workflow: Workflow, place: Callable[[Sequence[str | int]], str] | None = None
) -> list[Schedule]:
    """When a workflow runs by itself.

    Args:
        workflow: the file.
        place: where something stands in it, for messages.

    Raises:
        WorkflowError: an entry is no schedule.
    """
    written = workflow.on.get(EVENT, {}).get("cron")
    if EVENT in workflow.on and (not isinstance(written, list) or not written):
        raise WorkflowError("on.schedule: a sequence of `cron` was expected")
    found = []
    for number, entry in enumerate(written or []):
        try:
            found.append(_entry(entry))
        except ValueError as error:
            where = "" if place is None else f"{place(['on', EVENT, number])}: "
            raise WorkflowError(f"{where}Invalid cron expression: {error}") from None
    return found


def _entry(entry: Any) -> Schedule:  # noqa: ANN401 - from YAML
    if not isinstance(entry, dict) or "cron" not in entry:
        raise ValueError("an entry has `cron`")
    unknown = [str(key) for key in entry if key not in {"cron", "timezone"}]
    if unknown:
        raise ValueError(f"Unexpected value '{unknown[0]}'")
    return read_schedule(str(entry["cron"]), str(entry.get("timezone", "UTC")))


def _values(field: str, lowest: int, highest: int, names: Mapping[str, int]) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        read = _PART.fullmatch(part)
        if read is None or (read["first"] == "*" and read["last"]):
            raise ValueError(f"'{part}' is none of *, a value, a range or a step")
        first, last = lowest, highest
        if read["first"] != "*":
            first = _number(read["first"], lowest, highest, names)
            last = highest if read["step"] else first
        if read["last"]:
            last = _number(read["last"], lowest, highest, names)
        step = int(read["step"] or 1)
        if first > last or step == 0:
            raise ValueError(f"'{part}' is empty")
        found.update(range(first, last + 1, step))
    return found


def _number(text: str, lowest: int, highest: int, names: Mapping[str, int]) -> int:
    value = names.get(text.upper())
    if value is None:
        value = int(text) if text.isdecimal() else -1
    if not lowest <= value <= highest:
        raise ValueError(f"'{text}' is not in {lowest}-{highest}")
    return value
