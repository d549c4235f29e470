"""What a workflow says under `on.workflow_call`: what it takes and what it gives back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import check_template
from sandbox.github.runs.planning.workflow import Workflow, WorkflowError

EVENT = "workflow_call"
_TYPES = ("boolean", "number", "string")
_PARTS = {
    "inputs": {"description", "type", "required", "default"},
    "secrets": {"description", "required"},
    "outputs": {"description", "value"},
}
_OF_OUTPUTS = frozenset({"github", "jobs", "vars", "inputs"})


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """Names are as written; calls name them without regard to case."""

    inputs: Mapping[str, Mapping[str, Any]]
    secrets: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]


def declaration_of(workflow: Workflow) -> Declaration | None:
    """What calls of a workflow may say; None where it cannot be called.

    Raises:
        WorkflowError: what stands there is no such declaration.
    """
    if EVENT not in workflow.on:
        return None
    source = workflow.on[EVENT]
    unknown = [str(name) for name in source if name not in _PARTS]
    if unknown:
        raise WorkflowError(f"on.{EVENT}: Unexpected value '{unknown[0]}'")
    parts = {part: _part(source, part, keys) for part, keys in _PARTS.items()}
    for name, rules in parts["inputs"].items():
        if "type" not in rules:
            raise WorkflowError(f"on.{EVENT}.inputs.{name}: Required property is missing: type")
        if rules["type"] not in _TYPES:
            raise WorkflowError(f"on.{EVENT}.inputs.{name}: Unexpected value '{rules['type']}'")
    for name, rules in parts["outputs"].items():
        if "value" not in rules:
            raise WorkflowError(f"on.{EVENT}.outputs.{name}: Required property is missing: value")
        try:
            check_template(rules["value"], known=_OF_OUTPUTS)
        except ExpressionError as error:
            raise WorkflowError(f"on.{EVENT}.outputs.{name}: {error}") from None
    return Declaration(**parts)


def is_required(rules: Mapping[str, Any]) -> bool:
    """Whether a call must bring this."""
    return rules.get("required") is True


def _part(source: Mapping[str, Any], part: str, keys: set[str]) -> dict[str, dict[str, Any]]:
    written = source.get(part)
    if written is None:
        return {}
    if not isinstance(written, dict):
        raise WorkflowError(f"on.{EVENT}.{part}: a mapping was expected")
    read = {}
    for name, rules in written.items():
        if rules is not None and not isinstance(rules, dict):
            raise WorkflowError(f"on.{EVENT}.{part}.{name}: a mapping was expected")
        unknown = [str(key) for key in rules or {} if key not in keys]
        if unknown:
            raise WorkflowError(f"on.{EVENT}.{part}.{name}: Unexpected value '{unknown[0]}'")
        read[str(name)] = rules or {}
    return read
