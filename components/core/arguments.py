"""Arguments of components, held against their types before a rule stumbles over one.

A type checker says so sooner; a program that nobody checks would get a traceback out of the middle
of a component, or send a number where a platform keeps text.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import fields
from functools import cache
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from pulumi import Output

from slipway.errors import ConfigError, brief

LONGEST_TIMEOUT = 86_400  # seconds, a day: whoever waits longer has made a mistake
_LONGEST_TEXT = 64 * 1024  # characters; no platform keeps more in one setting


def check_types(what: str, args: object) -> None:
    """Refuses an argument of another type than its class says, and text that no setting holds.

    Args:
        what: the object, for the text.
        args: an instance of a dataclass of arguments.

    Raises:
        ConfigError: names the argument and the type; the value where it can't be a secret.
    """
    kind: Any = type(args)
    types = _types(kind)
    for each in fields(args):  # type: ignore[arg-type]
        _check(what, each.name, getattr(args, each.name), types[each.name])


def check_between(what: str, name: str, value: float | None, least: float, most: float) -> None:
    """Refuses a number out of its bounds; None, which leaves it to the platform, is fine.

    Raises:
        ConfigError: names the argument, the value and the bounds.
    """
    if value is not None and not least <= value <= most:
        raise ConfigError(f"{what}: {name} is {value}; it must be {least:,} to {most:,}.")


def _check(what: str, name: str, value: object, wanted: Any) -> None:  # noqa: ANN401 - any type
    if isinstance(value, Mapping) and (pair := _mapping(wanted)) is not None:
        for key, item in value.items():
            if not _fits(key, pair[0]):
                raise ConfigError(
                    f"{what}: {name} has the key {brief(key)}; it must be {_said(pair[0])}."
                )
            _check(what, f"{name}[{key!r}]", item, pair[1])
    elif not _fits(value, wanted):
        # What may be an output may be a secret.
        shown = type(value).__name__ if _may_be_output(wanted) else brief(value)
        raise ConfigError(f"{what}: {name} is {shown}; it must be {_said(wanted)}.")
    elif isinstance(value, str) and ("\0" in value or len(value) > _LONGEST_TEXT):
        problem = "a null character" if "\0" in value else f"{len(value)} characters"
        raise ConfigError(
            f"{what}: {name} has {problem}; it must be text of up to {_LONGEST_TEXT} characters "
            "without null characters."
        )


@cache
def _types(kind: Hashable) -> dict[str, Any]:
    # `Input` names its own `Output` as text, which means nothing where the class stands.
    return get_type_hints(kind, localns={"Output": Output, "T": Any})


def _parts(wanted: Any) -> tuple[Any, ...]:  # noqa: ANN401
    return get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)


def _mapping(wanted: Any) -> tuple[Any, Any] | None:  # noqa: ANN401
    for part in _parts(wanted):
        origin = get_origin(part)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            key, value = get_args(part)
            return key, value
    return None


def _may_be_output(wanted: Any) -> bool:  # noqa: ANN401
    return any(get_origin(part) is Output for part in _parts(wanted))


def _fits(value: object, wanted: Any) -> bool:  # noqa: ANN401
    return any(_is(value, part) for part in _parts(wanted))


def _is(value: object, wanted: Any) -> bool:  # noqa: ANN401
    if wanted is Any or isinstance(wanted, TypeVar):
        return True
    if wanted is None or wanted is type(None):
        return value is None
    if wanted in (bool, str):
        return isinstance(value, wanted)
    if wanted in (int, float):  # True is no number here
        numbers = int if wanted is int else (int, float)
        return isinstance(value, numbers) and not isinstance(value, bool)
    origin = get_origin(wanted) or wanted
    if isinstance(origin, type) and issubclass(origin, Sequence):
        (item, *_) = get_args(wanted) or (Any,)
        plain = isinstance(value, Sequence) and not isinstance(value, str | bytes)
        return plain and all(_fits(each, item) for each in value)  # type: ignore[attr-defined]
    return isinstance(value, origin) if isinstance(origin, type) else True


def _said(wanted: Any) -> str:  # noqa: ANN401
    names = {bool: "True or False", type(None): "None", float: "a number", int: "a whole number"}
    said = []
    for part in _parts(wanted):
        origin = get_origin(part) or part
        if part is str:
            said.append("text")
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            said.append("a mapping")
        elif isinstance(origin, type) and issubclass(origin, Sequence):
            said.append(f"a list of {_said((get_args(part) or (Any,))[0])}")
        elif origin is Output:
            said.append("an output")
        elif isinstance(origin, type) and origin.__name__ != "Awaitable":
            said.append(names.get(origin, origin.__name__))
    return " or ".join(said)
