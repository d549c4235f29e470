"""The combinations of a job's matrix, and the names GitHub gives to their jobs."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.github.runs.planning.expression_values import ExpressionError, equal, text_of

_MOST_JOBS = 256
Combination = dict[str, Any]


def combinations(matrix: Any) -> list[Combination]:  # noqa: ANN401 - rendered from YAML
    """Every combination of a rendered `matrix`, `exclude` and `include` applied.

    Raises:
        ExpressionError: it is no matrix, is empty, or makes too many jobs.
    """
    if not isinstance(matrix, dict):
        raise ExpressionError("Matrix must be a mapping")
    axes = {key: values for key, values in matrix.items() if key not in {"include", "exclude"}}
    for key, values in axes.items():
        if not isinstance(values, list):
            raise ExpressionError(f"Matrix vector '{key}' must be a sequence")
        if not values:
            raise ExpressionError(f"Matrix vector '{key}' does not contain any values")
    product = itertools.product(*axes.values())
    made = [dict(zip(axes, chosen, strict=True)) for chosen in product] if axes else []
    for excluded in matrix.get("exclude") or []:
        made = [each for each in made if not _meets(each, excluded)]
    _include(made, axes, matrix.get("include") or [])
    if not made:
        raise ExpressionError("Matrix must define at least one vector")
    if len(made) > _MOST_JOBS:
        raise ExpressionError(f"A matrix makes at most {_MOST_JOBS} jobs; this one {len(made)}")
    return made


def matrix_suffix(combination: Mapping[str, Any]) -> str:
    """What GitHub adds to a job's name, such as " (3.11, ubuntu-latest)"."""
    values = [text_of(v) for v in combination.values() if not isinstance(v, (dict, list))]
    return f" ({', '.join(values)})" if values else ""


def _include(
    made: list[Combination], axes: Mapping[str, Any], included: Sequence[Mapping[str, Any]]
) -> None:
    """Adds to the combinations whose own values stay, else makes a combination of its own."""
    own = list(made)
    originals = [dict(each) for each in made]
    for extra in included:
        fitting = [
            each
            for each, original in zip(own, originals, strict=True)
            if all(key not in axes or _same(original.get(key), extra[key]) for key in extra)
        ]
        for each in fitting:
            each.update(extra)
        if not fitting:
            made.append(dict(extra))


def _meets(combination: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(_same(combination.get(key), value) for key, value in wanted.items())


def _same(left: Any, right: Any) -> bool:  # noqa: ANN401 - any value of YAML
    plain = not isinstance(left, (dict, list)) and not isinstance(right, (dict, list))
    return equal(left, right) if plain else left == right
