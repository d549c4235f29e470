"""What a rule is, what it says of a thing, and how one is asked."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

from policies.things import Everything, Thing
from policies.values import UnknownUsedError


class Level(StrEnum):
    """What a broken rule does; the words are Pulumi's."""

    MANDATORY = "mandatory"  # stops the deployment
    ADVISORY = "advisory"  # is said
    DISABLED = "disabled"


class Severity(StrEnum):
    """How bad it is where a rule is broken, whatever a stack does about it; the words of Pulumi."""

    CRITICAL = "critical"  # a credential is out, or a door stands open
    HIGH = "high"  # data, availability or what is served is at stake
    MEDIUM = "medium"  # it will fail, or cost
    LOW = "low"  # it could be better


class Outcome(StrEnum):
    """How a rule ended for one thing; one that is kept says nothing."""

    BROKEN = "broken"
    UNDECIDED = "undecided"  # something is not known yet
    EXCEPTED = "excepted"  # broken, and the stack's settings say why that is so


@dataclass(frozen=True)
class Broken:
    """A rule is broken here."""

    why: str  # one sentence without its full stop, and without any value that may be secret
    remedy: str  # the same


@dataclass(frozen=True)
class Undecided:
    """A rule can't say: what it looks at is not known."""

    what: str  # such as "variable AUTH_REQUIRED"
    remedy: str = "Ask again on the state once it is raised: `pulumi policy analyze`"


Verdict = Broken | Undecided


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a stack decides about one rule."""

    level: Level
    exceptions: Mapping[str, str] = field(default_factory=dict[str, str])
    """Label of a thing, or a pattern of labels -> why it may break the rule."""
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])  # of the rule itself
    undecided: Level = (
        Level.ADVISORY
    )  # what it does that a rule can't tell; all rules have the same

    def excuse(self, label: str) -> str | None:
        """Why a thing may break the rule; None: it may not."""
        return next(
            (why for pattern, why in self.exceptions.items() if fnmatchcase(label, pattern)), None
        )


@dataclass(frozen=True, kw_only=True)
class Result:
    """What a rule has to say of one thing, for whoever shows it."""

    rule: str
    severity: Severity
    level: Level  # of an undecided one, what that does
    outcome: Outcome
    object: str  # for people
    urn: str
    why: str
    remedy: str
    unknown: str = ""  # what is not known, where that leaves it undecided

    @property
    def stops(self) -> bool:
        """Whether the deployment must not go on."""
        return self.outcome is not Outcome.EXCEPTED and self.level is Level.MANDATORY

    @property
    def text(self) -> str:
        """Object, why and remedy as sentences."""
        said = f"{self.object}: {self.why}."
        return f"{said} {self.remedy}." if self.remedy else said


Verdicts = Iterator[tuple[Thing, Verdict]]  # of a rule about things together
ByThing = Callable[[Any, Settings], Iterable[Verdict]]
ByStack = Callable[[Everything, Settings], Iterable[tuple[Thing, Verdict]]]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule. Exactly one of `thing` and `stack` is how it is asked."""

    name: str
    about: str  # what has to be so, for the table of rules: a clause without its full stop
    why: str  # what happens otherwise; the same
    severity: Severity
    prod: Level = Level.MANDATORY
    dev: Level = Level.MANDATORY
    kind: type[Thing] = Thing  # what `thing` is asked about
    thing: ByThing | None = None
    stack: ByStack | None = None
    options: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Its settings beside level and exceptions -> their defaults."""

    def of_each(self, ask: ByThing) -> "Rule":
        """The rule that is asked about each thing so; a decorator."""
        return replace(self, thing=ask)

    def of_all(self, ask: ByStack) -> "Rule":
        """The same about all of them together."""
        return replace(self, stack=ask)

    def of_thing(self, thing: Thing, settings: Settings) -> Iterator[Result]:
        """What it says of one thing by itself."""
        if self.thing is None or not isinstance(thing, self.kind):
            return
        verdicts = self._safely(lambda: self.thing(thing, settings) if self.thing else ())
        yield from (self._result(thing, verdict, settings) for verdict in verdicts)

    def of_stack(self, everything: Everything, settings: Settings) -> Iterator[Result]:
        """What it says of things together."""
        if self.stack is None:
            return
        nowhere = Thing(urn="", label="The stack")
        try:
            said = list(self.stack(everything, settings))
        except UnknownUsedError:
            said = [(nowhere, Undecided("something it looks at"))]
        yield from (self._result(thing, verdict, settings) for thing, verdict in said)

    def of_everything(self, everything: Everything, settings: Settings) -> Iterator[Result]:
        """What it says of each thing, and of all together."""
        if settings.level is Level.DISABLED:
            return
        for thing in everything.things:
            yield from self.of_thing(thing, settings)
        yield from self.of_stack(everything, settings)

    def _safely(self, ask: Callable[[], Iterable[Verdict]]) -> list[Verdict]:
        """A rule that stumbles over an unknown value has not been kept."""
        try:
            return list(ask())
        except UnknownUsedError:
            return [Undecided("something it looks at")]

    def _result(self, thing: Thing, verdict: Verdict, settings: Settings) -> Result:
        excuse = settings.excuse(thing.label)
        outcome, unknown = Outcome.BROKEN, ""
        if isinstance(verdict, Undecided):
            unknown = verdict.what
            why = f"{verdict.what} is not known yet, so nobody can tell whether {self.about}"
            remedy = verdict.remedy
            outcome = Outcome.UNDECIDED
        else:
            why, remedy = verdict.why, verdict.remedy
        if excuse is not None:
            outcome, remedy = Outcome.EXCEPTED, f"Excepted: {excuse}"
        return Result(
            rule=self.name,
            severity=self.severity,
            level=settings.undecided if outcome is Outcome.UNDECIDED else settings.level,
            outcome=outcome,
            object=thing.label,
            urn=thing.urn,
            why=why,
            remedy=remedy,
            unknown=unknown,
        )
