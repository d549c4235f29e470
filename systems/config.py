"""The stack's configuration, read once; nothing else calls `pulumi.Config`, credentials apart.

`Pulumi.yaml` is the first gate: names, types and defaults. What stands here is the second: each
system's settings become a frozen dataclass, and a key nobody knows is an error, not a silence.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, get_args, get_origin

import pulumi

from slipway.errors import ConfigError

Settings = TypeVar("Settings")

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True)
class StackConfig:
    """What this stack raises, under whose names, with which values."""

    systems: tuple[str, ...]
    hf_namespace: str  # the Hugging Face user or organisation that owns what is raised
    protect: bool  # refuse to delete what was raised
    docker_host: str  # the engine that tries and runs images; empty: as the environment says
    github_owner: str  # the GitHub user or organisation that owns the repository
    source: pulumi.Config

    @classmethod
    def load(cls) -> "StackConfig":
        """Reads the current stack."""
        source = pulumi.Config()
        return cls(
            systems=tuple(source.require_object("systems")),
            hf_namespace=source.require("hfNamespace"),
            protect=source.require_bool("protect"),
            docker_host=source.get("dockerHost") or "",
            github_owner=source.get("githubOwner") or "",
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
        kind: a dataclass whose fields are str, int, bool, or lists of one of these.

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
        if not _fits(value, field.type):
            wanted = field.type if get_origin(field.type) else getattr(field.type, "__name__", "")
            raise ConfigError(f"Stack value {key}.{name} is {value!r}; it must be a {wanted}.")
        given[field.name] = value
    needed = {n for n, f in known.items() if f.default is f.default_factory is MISSING}
    missing = [name for name in known if name in needed - set(given)]
    if missing:
        names = ", ".join(_camel(name) for name in missing)
        raise ConfigError(f"Stack value {key} lacks {names}. Add it to this stack's file.")
    return kind(**given)


def _fits(value: object, wanted: object) -> bool:
    """Whether a value is of the type itself: True is no number here."""
    if get_origin(wanted) is list:
        (item,) = get_args(wanted)
        return isinstance(value, list) and all(type(each) is item for each in value)
    return type(value) is wanted


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
