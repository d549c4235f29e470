"""How GitHub's expressions compare values, turn them into text, and which functions they have."""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Value = Any  # null, true, false, a number, a text, a list or a mapping, as JSON has them

_HOLE = re.compile(r"\{\{|\}\}|\{(\d+)\}")


class ExpressionError(Exception):
    """An expression that cannot be evaluated; the message says what in it."""


def truth(value: Value) -> bool:
    """Whether a value counts as true in a condition."""
    if isinstance(value, float) and math.isnan(value):
        return False
    return value not in (None, False, 0, "") or isinstance(value, (list, dict))


def text_of(value: Value) -> str:
    """A value as it appears inside a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, (list, dict)):
        return "Array" if isinstance(value, list) else "Object"
    return str(value)


def equal(left: Value, right: Value) -> bool:
    """`==`: texts without regard to case, different types as numbers."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if isinstance(left, (list, dict)) or isinstance(right, (list, dict)):
        return left is right
    if left is None and right is None:
        return True
    return _number(left) == _number(right)  # NaN equals nothing


def less(left: Value, right: Value) -> bool:
    """`<`, by the same rules."""
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() < right.casefold()
    return _number(left) < _number(right)


def member(value: Value, key: Value) -> Value:
    """`value.key` or `value[key]`; null where there is none."""
    if isinstance(value, Mapping):
        wanted = text_of(key)
        if wanted in value:
            return value[wanted]
        folded = wanted.casefold()
        return next((v for k, v in value.items() if str(k).casefold() == folded), None)
    if isinstance(value, list) and not isinstance(key, str):
        index = _number(key)
        return value[int(index)] if 0 <= index < len(value) else None
    return None


def _number(value: Value) -> float:
    if value is None:
        return 0.0
    if isinstance(value, (bool, int, float)):
        return float(value)
    if isinstance(value, str):
        text = value.strip()
        try:
            return float(int(text, 0)) if text[:2] in {"0x", "0o"} else float(text or "0")
        except ValueError:
            return math.nan
    return math.nan


def _contains(search: Value, item: Value) -> bool:
    if isinstance(search, list):
        return any(equal(each, item) for each in search)
    return text_of(item).casefold() in text_of(search).casefold()


def _format(template: Value, *values: Value) -> str:
    def fill(found: re.Match[str]) -> str:
        if found.group(1) is None:
            return found.group(0)[0]
        number = int(found.group(1))
        if number >= len(values):
            raise ExpressionError(
                f"The following format string references more arguments than were supplied:"
                f" {text_of(template)}"
            )
        return text_of(values[number])

    return _HOLE.sub(fill, text_of(template))


def _join(values: Value, separator: Value = ",") -> str:
    items: Sequence[Value] = values if isinstance(values, list) else [values]
    return text_of(separator).join(text_of(item) for item in items)


def _from_json(text: Value) -> Value:
    try:
        return json.loads(text_of(text))
    except ValueError:
        raise ExpressionError("Error parsing fromJson: its argument is no JSON") from None


def _to_json(value: Value) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


# name in lower case -> (function, fewest arguments, most arguments)
FUNCTIONS: dict[str, tuple[Callable[..., Value], int, int]] = {
    "contains": (_contains, 2, 2),
    "startswith": (
        lambda text, start: text_of(text).casefold().startswith(text_of(start).casefold()), 2, 2
    ),
    "endswith": (
        lambda text, end: text_of(text).casefold().endswith(text_of(end).casefold()), 2, 2
    ),
    "format": (_format, 1, 255),
    "join": (_join, 1, 2),
    "tojson": (_to_json, 1, 1),
    "fromjson": (_from_json, 1, 1),
}  # fmt: skip
