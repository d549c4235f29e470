"""Reads a request's JSON: the values that a rule of the platform applies to."""

from collections.abc import Collection, Mapping
from typing import Any

from sandbox.http.bodies import MalformedJsonError, json_of
from sandbox.render.http.errors import BadRequestError


def json_object(content: bytes) -> dict[str, Any]:
    """A body that must be an object; no body is an empty one."""
    value = json_value(content)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequestError("invalid JSON: the body must be an object")
    return value


def json_value(content: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Any body; no body is null."""
    try:
        return json_of(content)
    except MalformedJsonError:
        raise BadRequestError("invalid JSON") from None


def text(values: Mapping[str, Any], key: str, default: str = "") -> str:
    """A string; absent or null is the default."""
    value = values.get(key)
    if value is None:
        return default
    if not isinstance(value, str) or "\0" in value:
        raise BadRequestError(f"{key} must be a string")
    return value


def required(values: Mapping[str, Any], key: str) -> str:
    """A string that is there and not empty."""
    value = text(values, key)
    if not value:
        raise BadRequestError(f"{key} is required")
    return value


def whole(values: Mapping[str, Any], key: str, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    value = values.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise BadRequestError(f"{key} must be a whole number from {low} to {high}")
    return value


def one_of(values: Mapping[str, Any], key: str, allowed: Collection[str]) -> str:
    """A string out of a list."""
    value = required(values, key)
    if value not in allowed:
        raise BadRequestError(f"invalid {key}: {value!r}; one of {', '.join(allowed)}")
    return value


def mapping(values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """An object; absent or null is an empty one."""
    value = values.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadRequestError(f"{key} must be an object")
    return value


def texts(values: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A list of strings; absent or null is an empty one."""
    value = values.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadRequestError(f"{key} must be a list of strings")
    return tuple(value)
