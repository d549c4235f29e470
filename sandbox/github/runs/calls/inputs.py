"""The values that go into a called workflow, and those that come out of it."""

from collections.abc import Mapping
from typing import Any

from sandbox.github.runs.calls.declaration import Declaration
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError, Value, text_of
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.private_workflow import Needed

_NOTHING: Mapping[str, Value] = {"boolean": False, "number": 0, "string": ""}


def is_of_type(kind: str, value: Value) -> bool:
    """Whether a value may be given to an input of a type; a text takes any plain value."""
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return not isinstance(value, (dict, list))


def input_values(
    declared: Declaration, written: Mapping[str, Any], context: Context
) -> dict[str, Value]:
    """The `inputs` of a called workflow, by the names that it declares.

    Args:
        declared: what the called workflow takes.
        written: `with` of the job that calls it.
        context: of that job.

    Raises:
        ExpressionError: something cannot be evaluated, or is of another type.
    """
    given = {name.lower(): render(value, context) for name, value in written.items()}
    defaults = Context(values={key: context.values[key] for key in ("github", "vars")})
    values = {}
    for name, rules in declared.inputs.items():
        kind = rules["type"]
        value = given.get(name.lower())
        if value is None:
            value = render(rules.get("default"), defaults)
        if value is None:
            value = _NOTHING[kind]
        if not is_of_type(kind, value):
            raise ExpressionError(f"with.{name}: Unexpected value '{value}', a {kind} is asked")
        values[name] = text_of(value) if kind == "string" else value
    return values


def output_values(
    declared: Declaration, ended: Mapping[str, Needed], contexts: Mapping[str, Value]
) -> dict[str, str]:
    """The outputs of a called workflow whose jobs have ended; raises ExpressionError."""
    jobs = {key: {"result": each.result, "outputs": each.outputs} for key, each in ended.items()}
    known = {key: contexts[key] for key in ("github", "inputs", "vars")}
    context = Context(values={**known, "jobs": jobs})
    return {
        name: text_of(render(rules["value"], context)) for name, rules in declared.outputs.items()
    }
