"""What the installed pulumi_github says of its resources: names, types, what is secret."""

import functools
import inspect
import typing
from collections.abc import Mapping, Sequence

import pulumi
import pulumi_github
from pulumi import _types

from tests.components.recorder import record


@functools.cache
def resource_class(token):
    """The SDK's class of a type token, and its Args."""
    name = token.rpartition(":")[2]
    return getattr(pulumi_github, name), getattr(pulumi_github, f"{name}Args")


def inputs_of(token):
    """Names of what a program may give and of what it must give, as the engine spells them."""
    _, args = resource_class(token)
    names = _types.input_type_py_to_pulumi_names(args)
    parameters = inspect.signature(args.__init__).parameters
    required = {names[key] for key in names if parameters[key].default is inspect.Parameter.empty}
    return set(names.values()), required


def outputs_of(token):
    return set(_types.resource_types(resource_class(token)[0]))


def secrets_of(token):
    """What the SDK itself asks the engine to hide."""
    cls, args = resource_class(token)
    names = {value: key for key, value in _types.input_type_py_to_pulumi_names(args).items()}
    given = {names[key]: "x" for key in inputs_of(token)[1]}
    recorded = record(lambda: (cls("it", pulumi.ResourceOptions(), **given), None)[1])
    return set(recorded["it"].secret_outputs)


def misfits(token, state):
    """Paths of everything in a state that the SDK has no property for, or one of another type."""
    types = _types.resource_types(resource_class(token)[0])
    return [place for key, value in state.items() for place in _misfits(key, value, types.get(key))]


def _misfits(place, value, wanted):
    wanted = wanted and _types.unwrap_optional_type(wanted)
    if wanted is None:
        yield f"{place}: unknown"
    elif typing.get_origin(wanted) is not None and issubclass(typing.get_origin(wanted), Sequence):
        if not isinstance(value, list):
            yield f"{place}: no list"
            return
        for number, item in enumerate(value):
            yield from _misfits(f"{place}[{number}]", item, typing.get_args(wanted)[0])
    elif _types.is_output_type(wanted):
        if not isinstance(value, Mapping):
            yield f"{place}: no object"
            return
        inner = _types.output_type_types(wanted)
        for key, item in value.items():
            yield from _misfits(f"{place}.{key}", item, inner.get(key))
    elif type(value) is not wanted:
        yield f"{place}: {type(value).__name__}, not {wanted.__name__}"
