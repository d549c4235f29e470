"""What an engine is told of the differences between a resource's state and what is asked for."""

from collections.abc import Collection
from typing import Any

from pulumi.runtime.proto import provider_pb2 as pb

from toolchain.standins.protocol import Properties, ResourceType
from toolchain.standins.values import is_known


def changed(kind: ResourceType[Any], state: Properties, inputs: Properties) -> list[str]:
    """Names of the inputs that differ, as the type compares them.

    An input that the platform fills in when it is not given is left alone when it is not given.
    """
    return [
        name
        for name in kind.inputs
        if (name in inputs or name not in kind.computed) and not _same(kind, name, state, inputs)
    ]


def describe(
    kind: ResourceType[Any], state: Properties, inputs: Properties, ignored: Collection[str]
) -> pb.DiffResponse:
    """The engine's answer: what changes, and whether it makes another object."""
    names = [name for name in changed(kind, state, inputs) if name not in ignored]
    replaces = [name for name in names if kind.replaces(name, state, inputs)]
    details = {
        name: pb.PropertyDiff(kind=_how(name, state, inputs, replaces=name in replaces))
        for name in names
    }
    for name in kind.drifted(state):
        if name not in ignored:
            details[name] = pb.PropertyDiff(kind=pb.PropertyDiff.UPDATE)
    return pb.DiffResponse(
        changes=pb.DiffResponse.DIFF_SOME if details else pb.DiffResponse.DIFF_NONE,
        replaces=replaces,
        diffs=list(details),
        detailedDiff=details,
        hasDetailedDiff=True,
        deleteBeforeReplace=bool(replaces) and kind.delete_before_replace,
    )


def refreshed_inputs(kind: ResourceType[Any], before: Properties, state: Properties) -> Properties:
    """What a program would have to say for the state that a refresh or an import found.

    After an import that is everything. After a refresh it is what the program said, where that
    still means the same, and whatever differs from it, said or not: so drift shows as a difference
    in the inputs, and a default spelt out by the platform does not.
    """
    if not before:
        return {name: state[name] for name in kind.inputs if name in state}
    now = dict(before)
    for name in kind.inputs:
        if name in kind.computed and name not in before:
            continue
        if _same(kind, name, state, before):
            continue
        if name in state:
            now[name] = state[name]
        else:
            now.pop(name, None)
    return now


def _same(kind: ResourceType[Any], name: str, state: Properties, inputs: Properties) -> bool:
    wanted = inputs.get(name)
    return is_known(wanted) and kind.same(name, state.get(name), wanted)


def _how(
    name: str, state: Properties, inputs: Properties, *, replaces: bool
) -> pb.PropertyDiff.Kind.ValueType:
    how = pb.PropertyDiff
    if name not in state:
        return how.ADD_REPLACE if replaces else how.ADD
    if name not in inputs:
        return how.DELETE_REPLACE if replaces else how.DELETE
    return how.UPDATE_REPLACE if replaces else how.UPDATE
