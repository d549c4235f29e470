"""What an engine plans for one stack, typed, whatever format it came in."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from report.behaviour.findings import System

MASK = "[secret]"  # the engine's own word for a secret it does not show
_STOPPED = "preview failed"  # the engine's word for whatever ends a preview, a rule among it


class Operation(StrEnum):
    """What happens to an object, in the order in which people want to read it."""

    DELETE = "delete"
    REPLACE = "replace"
    UPDATE = "update"
    CREATE = "create"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One object and what happens to it."""

    operation: Operation
    urn: str
    system: str  # such as "frigo"
    old: Mapping[str, Any] = field(default_factory=dict[str, Any])  # inputs; secrets masked
    new: Mapping[str, Any] = field(default_factory=dict[str, Any])
    old_outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    new_outputs: Mapping[str, Any] = field(default_factory=dict[str, Any])
    because: tuple[str, ...] = ()  # properties that force a replacement, where the engine says so

    @property
    def name(self) -> str:
        """The object's name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def kind(self) -> str:
        """Its type without folders, such as "render:Deploy"."""
        return short_type(type_of(self.urn))


@dataclass(frozen=True, kw_only=True)
class PolicyResult:
    """What a rule says of one object."""

    rule: str
    severity: str  # critical, high, medium or low
    object: str
    why: str
    remedy: str
    level: str = "advisory"  # mandatory stops the deployment
    outcome: str = "broken"  # or undecided, excepted

    @property
    def stops(self) -> bool:
        """Whether the deployment must not go on."""
        return self.level == "mandatory" and self.outcome != "excepted"


@dataclass(frozen=True, kw_only=True)
class Cost:
    """The list price of one thing."""

    label: str
    plan: str
    dollars: float | None  # for a month; None: no list at hand knows it
    as_of: str = ""  # month of the list, such as "2026-08"


@dataclass(frozen=True, kw_only=True)
class Plan:
    """All there is to say of one stack."""

    stack: str
    changes: Sequence[Change] = ()
    unchanged: int = 0
    drift: Sequence[Change] = ()  # what differs outside from what the state says
    errors: Sequence[str] = ()
    policies: Sequence[PolicyResult] | None = None  # None: nobody asked the rules
    costs_before: Sequence[Cost] | None = None
    costs_after: Sequence[Cost] | None = None
    behaviour: Sequence[System] | None = None  # None: nobody ran anything

    @property
    def failed(self) -> bool:
        """Whether there is no plan, or one that must not run."""
        return (
            bool(self.errors)
            or any(each.stops for each in self.policies or ())
            or any("head" in each.failed for each in self.behaviour or ())
        )

    @property
    def troubles(self) -> Sequence[str]:
        """Why there is no plan, or only half of one; not that a rule stops it, which is said."""
        stopped = any(each.stops for each in self.policies or ())
        return [each for each in self.errors if not (stopped and each == _STOPPED)]

    def counts(self) -> dict[str, Counter[Operation]]:
        """How many of each operation, by system."""
        found: dict[str, Counter[Operation]] = {}
        for change in self.changes:
            found.setdefault(change.system, Counter())[change.operation] += 1
        return dict(sorted(found.items()))


def type_of(urn: str) -> str:
    """`urn:pulumi:dev::p::parent$own:type::name` -> `own:type`."""
    parts = urn.split("::")
    return parts[2].rpartition("$")[2] if len(parts) > 3 else ""  # noqa: PLR2004 - a URN has four


def short_type(token: str) -> str:
    """`pulumi-python:dynamic/render:Deploy` and `slipway:render:Deploy` -> `render:Deploy`."""
    package, _, rest = token.partition(":")
    module, _, name = rest.rpartition(":")
    module = module.rpartition("/")[2] if "dynamic/" in module else module.partition("/")[0]
    place = package if module in ("", "index") else module
    return f"{place}:{name}" if name else token
