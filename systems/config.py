"""The stack's configuration, read once; nothing else calls `pulumi.Config`, credentials apart.

`Pulumi.yaml` is the first gate: names, types and defaults. What stands here is the second: each
system's settings become a frozen dataclass, and a key nobody knows is an error, not a silence.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import pulumi
from pulumi.runtime.config import is_config_secret

from slipway.core.secrecy.digests import redact
from slipway.errors import ConfigError

Settings = TypeVar("Settings")

MAY_BE_SECRET = {"may_be_secret": True}
"""Metadata of a setting that may be given with `--secret --path`: its system keeps it as one."""

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
        """One system's values as its settings class; camelCase keys become snake_case fields.

        Raises:
            ConfigError: as `parse_settings`; or one of them is a secret, and would not stay one.
        """
        key = f"{pulumi.get_project()}:{system}"
        values = self.source.get_object(system) or {}
        if not self.is_secret(system):
            return parse_settings(key, values, kind)
        hidden = [name for name in _secretable(kind) if values.get(name)]
        if not hidden:
            raise ConfigError(_shown(key, _secretable(kind)))
        try:
            return parse_settings(key, values, kind)
        except ConfigError as error:
            raise ConfigError(redact(str(error), [str(values[name]) for name in hidden])) from None

    def is_secret(self, system: str) -> bool:
        """Whether one of a system's values is a secret: which one, the engine does not say."""
        return is_config_secret(f"{pulumi.get_project()}:{system}")

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
    types = get_type_hints(kind)  # also where annotations are kept as text
    given: dict[str, Any] = {}
    for name, value in values.items():
        field = known.get(_HUMP.sub(lambda m: f"_{m[1].lower()}", name))
        if field is None:
            names = ", ".join(sorted(_camel(name) for name in known))
            raise ConfigError(f"Stack value {key}.{name} is unknown. Known are {names}.")
        kind_of = types[field.name]
        if not _fits(value, kind_of):
            wanted = kind_of if get_origin(kind_of) else kind_of.__name__
            raise ConfigError(f"Stack value {key}.{name} is {value!r}; it must be a {wanted}.")
        given[field.name] = value
    needed = {n for n, f in known.items() if f.default is f.default_factory is MISSING}
    missing = [name for name in known if name in needed - set(given)]
    if missing:
        names = ", ".join(_camel(name) for name in missing)
        raise ConfigError(f"Stack value {key} lacks {names}. Add it to this stack's file.")
    return kind(**given)


def _secretable(kind: type[Any]) -> list[str]:
    return [_camel(each.name) for each in fields(kind) if each.metadata.get("may_be_secret")]


def _shown(key: str, secretable: list[str]) -> str:
    """The refusal of a secret that platforms and the state would show."""
    may = f"Only {', '.join(secretable)} may be one. " if secretable else ""
    return (
        f"Stack value {key} holds a secret (`--secret --path`), and would not keep it: its values "
        f"are names, sizes and switches, which platforms and the state show. {may}Set it again "
        "without --secret; credentials have keys of their own, which Pulumi.yaml lists."
    )


def _fits(value: object, wanted: object) -> bool:
    """Whether a value is of the type itself: True is no number here."""
    if get_origin(wanted) is list:
        (item,) = get_args(wanted)
        return isinstance(value, list) and all(type(each) is item for each in value)
    return type(value) is wanted


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
