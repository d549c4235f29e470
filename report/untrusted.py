"""JSON that a stranger may have written, read so that nothing in it surprises whoever shows it."""

import json
import math
from collections.abc import Mapping
from typing import Any, TypeAlias

Json: TypeAlias = Any  # whatever JSON holds

_DEEPEST = 64  # levels of nesting; what walks through them has a stack
_TOO_DEEP = "nested too deep"
_LONGEST_NUMBER = 30  # digits
_MOST = 10**15  # of whatever is counted; beyond it, nothing here can be meant


def parsed(text: str) -> Json:
    """What a text says.

    Raises:
        ValueError: it is no JSON, or says NaN, infinity or a number of more than 30 digits, or is
            nested more than 64 levels deep.
    """
    try:
        found = json.loads(text, parse_int=_whole, parse_float=_finite, parse_constant=_finite)
    except RecursionError:
        raise ValueError(_TOO_DEEP) from None
    level = [found]
    for _ in range(_DEEPEST):
        level = [inner for each in level for inner in _inside(each)]
        if not level:
            return found
    raise ValueError(_TOO_DEEP)


def text(found: Mapping[str, Json], key: str, default: str | None = None) -> str:
    """A text; the default where there is none.

    Raises:
        TypeError: it is something else, or missing without a default.
    """
    value = found.get(key)
    if value is None and default is not None:
        return default
    if not isinstance(value, str):
        raise TypeError(key)
    return value


def number(found: Mapping[str, Json], key: str, default: float | None = None) -> float:
    """A number of at most 10^15, either sign; the default where there is none.

    Raises:
        TypeError: it is something else, or missing without a default.
        ValueError: it is larger.
    """
    value = found.get(key)
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(key)
    if abs(value) > _MOST:
        raise ValueError(key)
    return value


def count(found: Mapping[str, Json], key: str, default: int | None = None) -> int:
    """A whole number, else as `number`."""
    value = number(found, key, default)
    if value != int(value):
        raise ValueError(key)
    return int(value)


def texts(found: Mapping[str, Json], key: str) -> list[str]:
    """A list of texts; none where there is no such key.

    Raises:
        TypeError: it is something else.
    """
    value = found.get(key) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError(key)
    return value


def _inside(value: Json) -> list[Json]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER:
        raise ValueError("too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError("no number")
    return value
