"""The stack's configuration, read once; nothing else calls `pulumi.Config`, credentials apart.

`Pulumi.yaml` is the first gate: names, types and defaults. What stands here is the second: each
system's settings become a frozen dataclass, and a key nobody knows is an error, not a silence.
"""

import difflib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from slipway.core.secrecy.masking import masked
from slipway.errors import ConfigError, brief
from systems import credentials
from systems.values import DockerAddress, GitHubOwner, HubNamespace, RegistryKind, Rule

Settings = TypeVar("Settings")

MAY_BE_SECRET = {"may_be_secret": True}
"""Metadata of a setting that may be given with `--secret --path`: its system keeps it as one."""


@dataclass(frozen=True)
class _StackValues:
    """The values of a stack that are no system's."""

    systems: list[str]
    hf_namespace: HubNamespace
    protect: bool
    docker_host: DockerAddress = ""
    github_owner: GitHubOwner = ""
    render_workspace: str = ""
    registry_user: str = ""
    registry_kind: RegistryKind = ""
    adopt: list[str] = field(default_factory=list[str])


@dataclass(frozen=True)
class StackConfig:
    """What this stack raises, under whose names, with which values."""

    systems: tuple[str, ...]
    hf_namespace: str  # the Hugging Face user or organisation that owns what is raised
    protect: bool  # refuse to delete what was raised
    docker_host: str  # the engine that tries and runs images; empty: as the environment says
    github_owner: str  # the GitHub user or organisation that owns the repository
    render_workspace: str  # its id or name; empty is the only one the API key reaches
    registry_user: str  # as whom Render fetches images; empty where they are public
    registry_kind: str  # what Render calls the registry; empty: as its host says
    adopt: tuple[str, ...]  # names of what is there already and handed over to this stack
    source: pulumi.Config

    @classmethod
    def load(cls) -> "StackConfig":
        """Reads the current stack.

        Raises:
            ConfigError: a value is missing, of another type or against its rule.
        """
        source = pulumi.Config()
        found = {each: source.get(each) for each in map(camel, _StackValues.__annotations__)}
        given = {key: text for key, text in found.items() if text is not None}
        values = _parse(f"{pulumi.get_project()}:", _decoded(given), _StackValues)
        return cls(
            systems=tuple(values.systems),
            hf_namespace=values.hf_namespace,
            protect=values.protect,
            docker_host=values.docker_host,
            github_owner=values.github_owner,
            render_workspace=values.render_workspace,
            registry_user=values.registry_user,
            registry_kind=values.registry_kind,
            adopt=tuple(values.adopt),
            source=source,
        )

    def check_names(self, systems: Collection[str]) -> None:
        """Refuses what nobody reads: a system, or a key of this stack, of another name.

        Args:
            systems: those there are; each has a key of its own.

        Raises:
            ConfigError: names them, and what may be meant.
        """
        prefix = f"{pulumi.get_project()}:"
        problems = []
        if strangers := sorted(set(self.systems) - set(systems)):
            known = ", ".join(sorted(systems))
            problems.append(f"{prefix}systems names {', '.join(strangers)}; known are {known}.")
        own = map(camel, _StackValues.__annotations__)
        known_keys = {*own, *systems, *(each.config_key for each in credentials.ALL)}
        for key in sorted({*get_config_env(), *CONFIG.get()}):
            name = key.removeprefix(prefix)
            if key.startswith(prefix) and name not in known_keys:
                problems.append(unknown(f"Stack value {key}", name, known_keys))
        if problems:
            raise ConfigError("\n".join(problems))

    def settings(self, system: str, kind: type[Settings]) -> Settings:
        """One system's values as its settings class; camelCase keys become snake_case fields.

        Raises:
            ConfigError: as `parse_settings`; or one of them is a secret, and would not stay one.
        """
        key = f"{pulumi.get_project()}:{system}"
        text = self.source.get(system)
        values = {} if text is None else _decoded_text(text)
        if not self.is_secret(system):
            return parse_settings(key, values, kind)
        given = values if isinstance(values, Mapping) else {}
        hidden = [name for name in _secretable(kind) if given.get(name)]
        if not hidden:
            raise ConfigError(_shown(key, _secretable(kind)))
        try:
            return parse_settings(key, values, kind)
        except ConfigError as error:
            texts = [text for name in hidden for text in (str(given[name]), brief(given[name]))]
            raise ConfigError(masked(str(error), texts)) from None

    def is_secret(self, system: str) -> bool:
        """Whether one of a system's values is a secret: which one, the engine does not say."""
        return is_config_secret(f"{pulumi.get_project()}:{system}")

    def adopts(self, name: str) -> bool:
        """Whether an object of this name is handed over, whoever made it."""
        return name in self.adopt

    def hub_id(self, name: str) -> str:
        """`namespace/name`; a name that already has a namespace keeps it."""
        return name if "/" in name else f"{self.hf_namespace}/{name}"


def parse_settings(key: str, values: object, kind: type[Settings]) -> Settings:
    """A settings class from an object of the stack file.

    Args:
        key: where the object stands, for messages.
        values: its keys in camelCase.
        kind: a dataclass whose fields are str, int, bool, or lists of one of these, with the rules
            of `systems.values`.

    Raises:
        ConfigError: no object, an unknown key, a missing one, a value of another type or against a
            rule; the text names all of them.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(
            f"Stack value {key} is {brief(values)}; it must be an object. Write its values below "
            f"it, one in a line, or set one with `pulumi config set --path {key}.NAME VALUE`."
        )
    return _parse(f"{key}.", values, kind)


def _parse(prefix: str, values: Mapping[str, Any], kind: type[Settings]) -> Settings:
    """As `parse_settings`; `prefix` stands before every name."""
    known = {camel(each.name): each for each in fields(kind)}  # type: ignore[arg-type]
    types = get_type_hints(kind, include_extras=True)  # also where annotations are kept as text
    given: dict[str, Any] = {}
    problems: list[str] = []
    for name, value in values.items():
        place = known.get(name)
        if place is None:
            problems.append(unknown(f"Stack value {prefix}{name}", name, known))
            continue
        default = place.default
        if type(value) is not type(default) or value != default:
            problems += _against(f"Stack value {prefix}{name}", value, types[place.name])
        given[place.name] = value
    needed = [n for n, f in known.items() if f.default is f.default_factory is MISSING]
    if missing := [name for name in needed if name not in values]:
        what = f"Stack value {prefix[:-1]}" if prefix.endswith(".") else f"Stack {prefix[:-1]}"
        problems.append(f"{what} lacks {', '.join(missing)}. Add it to this stack's file.")
    if problems:
        raise ConfigError("\n".join(problems))
    return kind(**given)


def _decoded(texts: Mapping[str, str]) -> dict[str, Any]:
    """Values as they stand in the file: the engine hands over all but text as JSON."""
    types = get_type_hints(_StackValues)
    plain = {camel(name) for name, wanted in types.items() if wanted is str}
    return {key: text if key in plain else _decoded_text(text) for key, text in texts.items()}


def _decoded_text(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def unknown(what: str, name: object, known: Iterable[str]) -> str:
    """What to say of a name that nobody knows: the one that may be meant, and all there are."""
    names = sorted(known)
    close = difflib.get_close_matches(str(name), names, 1)
    meant = f" Is {close[0]} meant?" if close else ""
    return f"{what} is unknown.{meant} Known are {', '.join(names)}."


def _against(what: str, value: object, wanted: object) -> Iterator[str]:
    """Why a value is not of a type, or against a rule of it; nothing if it is as it must be."""
    plain, rules = _unfolded(wanted)
    if get_origin(plain) is list:
        (item,) = get_args(plain)
        if not isinstance(value, list):
            yield f"{what} is {brief(value)}; it must be a list, one value in a line after '- '."
            return
        for place, each in enumerate(value):
            yield from _against(f"{what}[{place}]", each, item)
        if twice := sorted({str(each) for each in value if value.count(each) > 1}):
            yield f"{what} names {', '.join(twice)} twice. Name each once."
    elif type(value) is not plain:  # True is no number here
        name = getattr(plain, "__name__", str(plain))
        yield f"{what} is {brief(value)}; it must be a {name}.{_REMEDIES.get(name, '')}"
    else:
        for rule in rules:
            if not rule.holds(value):
                yield f"{what} is {brief(value)}; it must be {rule.must_be}."


_REMEDIES = {
    "str": " Put it in quotes, if it is a name that YAML reads otherwise.",
    "bool": " Write true or false, without quotes.",
    "int": " Write a whole number, without quotes.",
}


def _unfolded(wanted: object) -> tuple[Any, list[Rule]]:
    """The type itself, and the rules it is annotated with."""
    if get_origin(wanted) is not Annotated:
        return wanted, []
    plain, *rules = get_args(wanted)
    return plain, [rule for rule in rules if isinstance(rule, Rule)]


def _secretable(kind: type[Any]) -> list[str]:
    return [camel(each.name) for each in fields(kind) if each.metadata.get("may_be_secret")]


def _shown(key: str, secretable: list[str]) -> str:
    """The refusal of a secret that platforms and the state would show."""
    may = f"Only {', '.join(secretable)} may be one. " if secretable else ""
    return (
        f"Stack value {key} holds a secret (`--secret --path`), and would not keep it: its values "
        f"are names, sizes and switches, which platforms and the state show. {may}Set it again "
        "without --secret; credentials have keys of their own, which Pulumi.yaml lists."
    )


def camel(name: str) -> str:
    """A field's name as the stack file writes it."""
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)
