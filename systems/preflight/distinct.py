"""Whether every object is one system's alone: two that name the same would take turns with it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slipway.core.findings import Finding, error
from slipway.errors import ConfigError
from systems.config import StackConfig
from systems.frigo import PORTS, FrigoSettings
from systems.inference import InferenceSettings
from systems.repository import RepositoryValues
from systems.retraining import RetrainingSettings
from systems.symptoms import SymptomsSettings
from systems.turnover import TESTS, TurnoverSettings

SPACE, MODEL = "Space", "model repository"
SERVICE, ENVIRONMENT = "Render service", "GitHub environment"
DATABASE, LOGIN = "Render database", "Render registry credential"
ADOPTABLE = (SPACE, MODEL, SERVICE, DATABASE, LOGIN)
Made = Iterator[tuple[str, str, str]]  # what it is, its name, the setting that says so


def _inference(settings: InferenceSettings) -> Made:
    yield SPACE, settings.space, "space"
    if settings.hybrid_remote_generation and settings.engine_space:
        yield SPACE, settings.engine_space, "engineSpace"
    if settings.train_here:
        yield MODEL, settings.model_repo, "modelRepo"


def _symptoms(settings: SymptomsSettings) -> Made:
    yield SPACE, settings.space, "space"


def _frigo(settings: FrigoSettings) -> Made:
    if settings.host == "render":
        yield from ((SERVICE, settings.names.format(key), "names") for key in PORTS)
        yield LOGIN, settings.names.format("registry"), "names"
        if settings.database:
            yield DATABASE, settings.names.format("db"), "names"
    if settings.train_here:
        yield MODEL, settings.model_repo, "modelRepo"


def _turnover(settings: TurnoverSettings) -> Made:
    yield SPACE, settings.space, "space"
    yield ENVIRONMENT, settings.environment, "environment"
    yield ENVIRONMENT, f"{settings.environment}{TESTS}", "environment"
    if settings.train_here:
        yield MODEL, settings.model_repo, "modelRepo"


def _retraining(settings: RetrainingSettings) -> Made:
    yield SERVICE, settings.backend, "backend"
    yield SERVICE, settings.frontend, "frontend"
    yield MODEL, settings.model_repo, "modelRepo"
    yield ENVIRONMENT, settings.environment, "environment"


def _repository(settings: RepositoryValues) -> Made:
    yield ENVIRONMENT, settings.environment, "environment"


_MAKES: Mapping[str, tuple[type[Any], Callable[[Any], Made]]] = {
    "inference": (InferenceSettings, _inference),
    "symptoms": (SymptomsSettings, _symptoms),
    "frigo": (FrigoSettings, _frigo),
    "turnover": (TurnoverSettings, _turnover),
    "retraining": (RetrainingSettings, _retraining),
    "repository": (RepositoryValues, _repository),
}


@dataclass(frozen=True)
class Declared:
    """One object that a stack is going to make."""

    what: str  # SPACE, MODEL, SERVICE, …
    name: str  # as the stack file has it
    setting: str  # that says so


def declared(config: StackConfig) -> list[Declared]:
    """What the systems of a stack make, as far as their settings can be read."""
    found = []
    for system in config.systems:
        if system not in _MAKES:
            continue
        kind, makes = _MAKES[system]
        try:
            settings = config.settings(system, kind)
        except ConfigError:  # which its own check says
            continue
        found += [
            Declared(what, name, f"slipway:{system}.{key}") for what, name, key in makes(settings)
        ]
    return found


def check_distinct(config: StackConfig) -> list[Finding]:
    """Refuses two systems of one stack that would raise the same object."""
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for each in declared(config):
        whole = config.hub_id(each.name) if each.what in (SPACE, MODEL) else each.name
        named[each.what, whole.lower()].append(each.setting)
    return [
        error(
            " and ".join(dict.fromkeys(settings)),
            f"{'both' if len(settings) == 2 else 'all'} name the {what} {name!r}",  # noqa: PLR2004
            "Give each its own name",
        )
        for (what, name), settings in sorted(named.items())
        if len(settings) > 1
    ]


def check_adopted(config: StackConfig) -> list[Finding]:
    """Refuses to hand over what no system of this stack makes: the name is mistyped."""
    names = {each.name for each in declared(config) if each.what in ADOPTABLE}
    known = ", ".join(sorted(names)) or "none"
    return [
        error(
            "slipway:adopt",
            f"this stack makes no {', '.join(ADOPTABLE)} called {name!r}",
            f"Its names are {known}",
        )
        for name in config.adopt
        if name not in names
    ]
