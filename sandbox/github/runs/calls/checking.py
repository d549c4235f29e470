"""Holds a call against what the called workflow declares, before anything runs."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sandbox.github.runs.calls.declaration import Declaration, is_required
from sandbox.github.runs.calls.inputs import is_of_type
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import check_template
from sandbox.github.runs.planning.workflow import Job, WorkflowError

INHERIT = "inherit"
_OF_INPUTS = frozenset({"github", "needs", "strategy", "matrix", "inputs", "vars"})
_OF_SECRETS = _OF_INPUTS | {"secrets"}

# From the steps below a job to where that stands in its file, such as `(Line: 7, Col: 11)`.
Place = Callable[[Iterable[str]], str]


def check_call(job: Job, declared: Declaration, place: Place) -> None:
    """Raises WorkflowError if a call brings what is not wanted, or lacks what is."""
    given = job.source.get("with")
    if given is not None and not isinstance(given, dict):
        raise WorkflowError(f"{place(['with'])}: A mapping was expected")
    _check_names(given or {}, declared.inputs, "input", "with", place)
    for name, value in (given or {}).items():
        kind, below = named(declared.inputs, str(name))["type"], ["with", str(name)]
        if "${{" in str(value):
            _check_contexts(value, _OF_INPUTS, below, place)
        elif not is_of_type(kind, value):
            raise WorkflowError(f"{place(below)}: Unexpected value '{value}', a {kind} is asked")
    secrets = job.source.get("secrets")
    if secrets == INHERIT:
        return
    if secrets is not None and not isinstance(secrets, dict):
        raise WorkflowError(f"{place(['secrets'])}: Unexpected value '{secrets}'")
    _check_names(secrets or {}, declared.secrets, "secret", "secrets", place)
    for name, value in (secrets or {}).items():
        _check_contexts(value, _OF_SECRETS, ["secrets", str(name)], place)


def _check_names(
    given: Mapping[str, Any],
    declared: Mapping[str, Mapping[str, Any]],
    what: str,
    key: str,
    place: Place,
) -> None:
    folded = {str(name).lower() for name in given}
    for name, rules in declared.items():
        if is_required(rules) and name.lower() not in folded:
            raise WorkflowError(
                f"{place(['uses'])}: {what.capitalize()} {name} is required, but not provided while"
                " calling."
            )
    known = {name.lower() for name in declared}
    for name in map(str, given):
        if name.lower() not in known:
            raise WorkflowError(
                f"{place([key, name])}: Invalid {what}, {name} is not defined in the referenced"
                " workflow."
            )


def _check_contexts(
    value: Any,  # noqa: ANN401 - from YAML
    known: frozenset[str],
    below: Sequence[str],
    place: Place,
) -> None:
    try:
        check_template(value, known=known)
    except ExpressionError as error:
        raise WorkflowError(f"{place(below)}: {error}") from None


def named(declared: Mapping[str, Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """What is declared of a name, which is there."""
    return next(rules for each, rules in declared.items() if each.lower() == name.lower())
