"""Properties between the engine's wire format and plain Python values."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from google.protobuf import struct_pb2  # type: ignore[import-untyped]

from toolchain.standins.protocol import Properties

# Marks of the engine's protocol (sdk/go/common/resource): what a special object is, and the values
# that stand for something not known before the deployment, one for each type.
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a mark, no password
_ANY_UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWNS = {
    _ANY_UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58",
    "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}


class Unknown:
    """A value that is known only after the deployment."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def is_known(value: object) -> bool:
    """Whether nothing in a value is unknown."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    if isinstance(value, list):
        return all(map(is_known, value))
    return value is not UNKNOWN


def from_wire(struct: struct_pb2.Struct) -> Properties:
    """Plain properties: secrets opened, nulls and the engine's own keys left out."""
    pairs = ((key, _plain(value)) for key, value in struct.fields.items())
    return {key: value for key, value in pairs if value is not None and not key.startswith("__")}


def secret_names(struct: struct_pb2.Struct) -> set[str]:
    """Names of the top-level properties that hold a secret at any depth."""
    return {key for key, value in struct.fields.items() if any(_marks(value))}


def to_wire(properties: Mapping[str, Any], secret: Collection[str] = ()) -> struct_pb2.Struct:
    """The wire format, the named top-level properties marked as secret."""
    struct = struct_pb2.Struct()
    for key, value in properties.items():
        if value is not None:
            wire = _wire(value)
            struct.fields[key].CopyFrom(_sealed(wire) if key in secret else wire)
    return struct


def _plain(value: struct_pb2.Value) -> Any:  # noqa: ANN401 - any JSON value
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        inner = value.struct_value
        if _is_secret(inner):
            return _plain(inner.fields["value"])
        return from_wire(inner)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWNS else value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    return value.bool_value if kind == "bool_value" else None


def _is_secret(struct: struct_pb2.Struct) -> bool:
    return _SIGNATURE in struct.fields and struct.fields[_SIGNATURE].string_value == _SECRET


def _marks(value: struct_pb2.Value) -> Iterator[bool]:
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        yield _is_secret(value.struct_value)
        for inner in value.struct_value.fields.values():
            yield from _marks(inner)
    elif kind == "list_value":
        for item in value.list_value.values:
            yield from _marks(item)


def _sealed(value: struct_pb2.Value) -> struct_pb2.Value:
    sealed = struct_pb2.Value()
    sealed.struct_value.fields[_SIGNATURE].string_value = _SECRET
    sealed.struct_value.fields["value"].CopyFrom(value)
    return sealed


def _wire(value: object) -> struct_pb2.Value:
    wire = struct_pb2.Value()
    if value is UNKNOWN:
        wire.string_value = _ANY_UNKNOWN
    elif isinstance(value, bool):
        wire.bool_value = value
    elif isinstance(value, str):
        wire.string_value = value
    elif isinstance(value, (int, float)):
        wire.number_value = value
    elif isinstance(value, list):
        wire.list_value.SetInParent()  # an empty list is a value, too
        wire.list_value.values.extend(map(_wire, value))
    elif isinstance(value, Mapping):
        wire.struct_value.CopyFrom(to_wire(value))
    elif value is None:
        wire.null_value = struct_pb2.NULL_VALUE
    else:
        raise TypeError(f"a property can't be a {type(value).__name__}")
    return wire
