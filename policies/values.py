"""Values that a rule may find unknown or hidden, and must not take for something else."""

from collections.abc import Mapping
from typing import Any, Final, NoReturn


class Unknown:
    """A value that is known only once something else is made, or that its source keeps to itself.

    It refuses to be compared, shown or counted: a rule that forgets to ask for it must fail loudly
    and never pass in silence.
    """

    def _refuse(self, *_: object) -> NoReturn:
        raise UnknownUsedError("a rule used a value that is not known; ask `isinstance` first")

    __eq__ = __ne__ = __bool__ = __len__ = __iter__ = __contains__ = _refuse
    __str__ = __format__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return "UNKNOWN"


class UnknownUsedError(Exception):
    """A rule looked at an unknown value as if it were one."""


UNKNOWN: Final = Unknown()
Value = str | Unknown


def text(given: object) -> Value:
    """A value as text, numbers and booleans as the platforms write them; None is empty."""
    if isinstance(given, Unknown):
        return given
    if given is None:
        return ""
    if isinstance(given, bool):
        return str(given).lower()
    if isinstance(given, float) and given.is_integer():
        return str(int(given))  # the engine hands every number over as a float
    return str(given)


def texts(given: object) -> Mapping[str, Value] | Unknown:
    """A mapping with each value as text; unknown as a whole if even its keys are."""
    if isinstance(given, Unknown):
        return given
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return UNKNOWN  # such as a secret's placeholder where a mapping was
    return {str(key): text(value) for key, value in given.items()}


def names(given: object) -> frozenset[str] | Unknown:
    """A list, or the keys of a mapping, as a set of names."""
    if isinstance(given, Unknown):
        return given
    if given is None:
        return frozenset()
    if isinstance(given, str) or not isinstance(given, Mapping | list | tuple | set | frozenset):
        return UNKNOWN
    each: list[Any] = list(given)
    if any(isinstance(one, Unknown) for one in each):
        return UNKNOWN
    return frozenset(str(one) for one in each)


def number(given: object) -> int | Unknown | None:
    """A whole number, or None where there is none."""
    if given is None or isinstance(given, Unknown):
        return given
    try:
        return int(float(str(given)))
    except ValueError:
        return UNKNOWN
