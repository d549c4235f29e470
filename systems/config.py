"""The stack's configuration, read once; nothing else calls `pulumi.Config`, credentials apart.

`Pulumi.yaml` is the first gate: names, types and defaults. What stands here is the second: each
system's settings become a frozen dataclass, and a key nobody knows is an error, not a silence.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar

import pulumi

from components.errors import ConfigError

Settings = TypeVar("Settings")

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True)
class StackConfig:
    """What this stack raises, under whose names, with which values."""

    systems: tuple[str, ...]
    hf_namespace: str  # the Hugging Face user or organisation that owns what is raised
    protect: bool  # refuse to delete what was raised
    source: pulumi.Config

    @classmethod
    def load(cls) -> "StackConfig":
        """Reads the current stack."""
        source = pulumi.Config()
        return cls(
            systems=tuple(source.require_object("systems")),
            hf_namespace=source.require("hfNamespace"),
            protect=source.require_bool("protect"),
            source=source,
        )

    def settings(self, system: str, kind: type[Settings]) -> Settings:
        """One system's values as its settings class; camelCase keys become snake_case fields."""
        values = self.source.get_object(system) or {}
        return parse_settings(f"{pulumi.get_project()}:{system}", values, kind)

    def hub_id(self, name: str) -> str:
        """`namespace/name`; a name that already has a namespace keeps it."""
        return name if "/" in name else f"{self.hf_namespace}/{name}"


def parse_settings(key: str, values: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """A settings class from an object of the stack file.

    Args:
        key: where the object stands, for messages.
        values: its keys in camelCase.
        kind: a dataclass whose fields are str, int, bool or have a default.

    Raises:
        ConfigError: an unknown key, a missing one, or a value of another type.
    """
    known = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    given: dict[str, Any] = {}
    for name, value in values.items():
        field = known.get(_HUMP.sub(lambda m: f"_{m[1].lower()}", name))
        if field is None:
            names = ", ".join(sorted(_camel(name) for name in known))
            raise ConfigError(f"Stack value {key}.{name} is unknown. Known are {names}.")
        if type(value) is not field.type:
            wanted = getattr(field.type, "__name__", field.type)
            raise ConfigError(f"Stack value {key}.{name} is {value!r}; it must be a {wanted}.")
        given[field.name] = value
    missing = [n for n, f in known.items() if f.default is MISSING and n not in given]
    if missing:
        names = ", ".join(_camel(name) for name in missing)
        raise ConfigError(f"Stack value {key} lacks {names}. Add it to this stack's file.")
    return kind(**given)


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
