"""What several types have in common: properties that are not served, and order."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from toolchain.standins.protocol import Problem, Properties

_REFUSED = "the sandbox's stand-in for the docker plugin does not serve it; it serves {served}"


def not_served(
    inputs: Properties, served: Collection[str], nested: Mapping[str, Collection[str]]
) -> Iterator[Problem]:
    """A problem for each property that is given and not served.

    Args:
        inputs: what a program gave.
        served: names at the top.
        nested: property -> names within its objects.
    """
    for name in sorted(set(inputs) - set(served)):
        yield Problem(name, _REFUSED.format(served=", ".join(served)))
    for name, inner in nested.items():
        value = inputs.get(name) or []
        items = value if isinstance(value, list) else [value]
        for key in sorted({key for item in items for key in item} - set(inner)):
            yield Problem(f"{name}.{key}", _REFUSED.format(served=", ".join(inner)))


def unordered(value: list[Any] | None) -> list[Any]:
    """A list whose order means nothing, put in one; none is empty."""
    return sorted((_settled(item) for item in value or []), key=repr)


def _settled(item: Any) -> Any:  # noqa: ANN401 - any property's value
    if isinstance(item, Mapping):
        return {
            key: unordered(item[key]) if isinstance(item[key], list) else item[key]
            for key in sorted(item)
        }
    return item
