"""The inputs of a dispatch, held against what the workflow declares."""

from collections.abc import Mapping
from typing import Any

from sandbox.github.contract import NoSuchWorkflowError
from sandbox.github.runs.planning.workflow import Workflow

EVENT = "workflow_dispatch"
_MOST_INPUTS = 25


class DispatchRefusedError(NoSuchWorkflowError):
    """A dispatch that GitHub refuses; `status` is the HTTP status it does that with."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


def dispatch_inputs(workflow: Workflow, given: Mapping[str, Any]) -> dict[str, str]:
    """The values of a workflow's inputs, defaults included, as text.

    Raises:
        DispatchRefusedError: the workflow listens to no dispatch; an input is unknown, missing or
            of the wrong type.
    """
    if EVENT not in workflow.on:
        raise DispatchRefusedError(f"Workflow does not have '{EVENT}' trigger")
    declared: dict[str, Any] = workflow.on[EVENT].get("inputs") or {}
    if len(given) > _MOST_INPUTS:
        raise DispatchRefusedError(
            f"Invalid request.\n\nNo more than {_MOST_INPUTS} properties are allowed;"
            f" {len(given)} were supplied."
        )
    unknown = [name for name in given if name not in declared]
    if unknown:
        listed = ", ".join(f'"{name}"' for name in unknown)
        raise DispatchRefusedError(f"Unexpected inputs provided: [{listed}]")
    values = {}
    for name, body in declared.items():
        rules = body if isinstance(body, dict) else {}
        value = given.get(name)
        if value is None or value == "":
            if rules.get("required") is True and rules.get("default") is None:
                raise DispatchRefusedError(f"Required input '{name}' not provided")
            value = _default(rules)
        values[name] = _checked(name, rules, value)
    return values


def _default(rules: Mapping[str, Any]) -> Any:  # noqa: ANN401 - from YAML
    default = rules.get("default")
    if default is not None:
        return default
    if rules.get("type") == "choice" and rules.get("options"):
        return rules["options"][0]
    return False if rules.get("type") == "boolean" else ""


def _checked(name: str, rules: Mapping[str, Any], value: Any) -> str:  # noqa: ANN401 - from JSON
    text = str(value).lower() if isinstance(value, bool) else str(value)
    kind = rules.get("type", "string")
    if kind == "boolean" and text not in {"true", "false"}:
        raise DispatchRefusedError(f"Provided value '{text}' for input '{name}' not a boolean")
    if kind == "number" and text:
        try:
            float(text)
        except ValueError:
            raise DispatchRefusedError(
                f"Provided value '{text}' for input '{name}' not a number"
            ) from None
    if kind == "choice" and text not in [str(option) for option in rules.get("options") or []]:
        raise DispatchRefusedError(
            f"Provided value '{text}' for input '{name}' not in the list of allowed values"
        )
    return text
