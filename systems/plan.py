"""What a system wants, complete and checked before the first resource of any is declared.

The engine creates what a program declared even if the program fails afterwards, so a check that
stands between two systems, or between two resources of one, would come too late.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import pulumi

from slipway.core.credentials import Credential
from slipway.core.findings import Finding, Severity, error, gather, refuse_errors, requires
from slipway.core.stack import require_stack_credential
from slipway.errors import ConfigError
from systems.config import StackConfig

SPACE, MODEL = "Space", "model repository"
SERVICE, ENVIRONMENT = "Render service", "GitHub environment"
DATABASE, LOGIN = "Render database", "Render registry credential"
ADOPTABLE = (SPACE, MODEL, SERVICE, DATABASE, LOGIN)
Settings = TypeVar("Settings")
Outputs = Mapping[str, pulumi.Output[str]]


@dataclass(frozen=True)
class Made:
    """An object that will be this system's, and no other's."""

    kind: str  # such as SPACE
    name: str  # as the stack file has it
    setting: str  # the system's key that says so, such as "space"


class Part:
    """A piece of a system: what it needs and makes, and whether it can work; nothing is declared.

    What a part does not say, it does not need, make or refuse.
    """

    def needs(self) -> Iterable[Credential]:
        """Credentials without which it can't be declared."""
        return ()

    def makes(self) -> Iterable[Made]:
        """Objects that nobody else of this stack may make."""
        return ()

    def check(self) -> Iterable[Finding]:
        """Everything that is known before the first call; a ConfigError is a finding too."""
        return ()


@dataclass(frozen=True)
class Plan:
    """What a system wants: its parts, which are checked, and the one call that declares them."""

    parts: Sequence[Part]
    declare: Callable[[], Outputs]  # gives the addresses that the stack exports
    rules: Sequence[Finding] = ()  # what the system itself says of its values

    def makes(self) -> Iterator[Made]:
        """Every object that will be its own."""
        for part in self.parts:
            yield from part.makes()

    def findings(self, subject: str) -> list[Finding]:
        """All that is wrong with it, or worth knowing; each once.

        Args:
            subject: the system's key in the stack file.
        """
        needed = dict.fromkeys(each for part in self.parts for each in part.needs())
        found = gather(
            subject,
            *(requires(partial(require_stack_credential, each)) for each in needed),
            *(part.check for part in self.parts),
            lambda: self.rules,
        )
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class System(Generic[Settings]):
    """A system as the registry holds it: how its values are read, and what follows from them."""

    settings: type[Settings]
    plan: Callable[[StackConfig, Settings], Plan]

    def plan_for(self, stack: StackConfig, name: str) -> Plan:
        """The plan of this stack's values.

        Raises:
            ConfigError: the values are not what they must be; the text names all that are not.
        """
        return self.plan(stack, stack.settings(name, self.settings))


def plan_systems(stack: StackConfig, systems: Mapping[str, System[Any]]) -> dict[str, Plan]:
    """The plans of all systems that a stack names; says warnings and prices.

    Raises:
        ConfigError: names everything that cannot work, of all systems, with the remedies.
    """
    plans: dict[str, Plan] = {}

    def check(name: str) -> list[Finding]:
        plans[name] = systems[name].plan_for(stack, name)
        return plans[name].findings(f"slipway:{name}")

    found = [
        finding
        for name in stack.systems
        for finding in gather(f"slipway:{name}", partial(check, name))
    ]
    found += [*check_distinct(stack, plans), *check_adopted(stack, plans.values())]
    for finding in refuse_errors(found):
        say = pulumi.log.warn if finding.severity is Severity.WARNING else pulumi.log.info
        say(str(finding))
    return plans


def made_by(stack: StackConfig, systems: Mapping[str, System[Any]]) -> Iterator[Made]:
    """What the systems of a stack make, as far as their settings can be read."""
    for name in stack.systems:
        try:
            yield from systems[name].plan_for(stack, name).makes()
        except ConfigError:  # which planning all of them says
            continue


def check_distinct(stack: StackConfig, plans: Mapping[str, Plan]) -> Iterator[Finding]:
    """Refuses two that would make the same object: they would take turns with it."""
    named: dict[tuple[str, str], list[str]] = defaultdict(list)
    for system, plan in plans.items():
        for made in plan.makes():
            whole = stack.hub_id(made.name) if made.kind in (SPACE, MODEL) else made.name
            named[made.kind, whole.lower()].append(f"slipway:{system}.{made.setting}")
    for (kind, name), settings in sorted(named.items()):
        if len(settings) > 1:
            both = "both" if len(settings) == 2 else "all"  # noqa: PLR2004
            subject = " and ".join(dict.fromkeys(settings))
            yield error(subject, f"{both} name the {kind} {name!r}", "Give each its own name")


def check_adopted(stack: StackConfig, plans: Iterable[Plan]) -> Iterator[Finding]:
    """Refuses to hand over what no system of this stack makes: the name is mistyped."""
    every = (made for plan in plans for made in plan.makes())
    names = {made.name for made in every if made.kind in ADOPTABLE}
    for name in stack.adopt:
        if name not in names:
            yield error(
                "slipway:adopt",
                f"this stack makes no {', '.join(ADOPTABLE)} called {name!r}",
                f"Its names are {', '.join(sorted(names)) or 'none'}",
            )
