"""What a check found: how bad it is, about what, and what to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from slipway.errors import ConfigError


class Severity(StrEnum):
    """Whether a finding stops the deployment."""

    ERROR = "error"  # it can't work
    WARNING = "warning"  # it may work, and somebody should know
    NOTE = "note"  # a fact to decide by, such as a price


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found."""

    severity: Severity
    subject: str  # the service, file or setting it is about
    problem: str  # one sentence without its full stop
    remedy: str  # the same; empty in a note

    def __str__(self) -> str:
        said = f"{self.subject}: {self.problem}."
        return f"{said} {self.remedy}." if self.remedy else said


def error(subject: str, problem: str, remedy: str) -> Finding:
    """A finding that stops the deployment."""
    return Finding(severity=Severity.ERROR, subject=subject, problem=problem, remedy=remedy)


def warning(subject: str, problem: str, remedy: str) -> Finding:
    """A finding that is only said."""
    return Finding(severity=Severity.WARNING, subject=subject, problem=problem, remedy=remedy)


def note(subject: str, fact: str) -> Finding:
    """A finding that nothing has to be done about."""
    return Finding(severity=Severity.NOTE, subject=subject, problem=fact, remedy="")


def gather(subject: str, *checks: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """The findings of all checks; a check that refuses by an exception is one finding.

    Args:
        subject: of such an exception, for the case that its text does not name one.
        checks: called in order, each whether or not those before it found something.
    """
    found: list[Finding] = []
    for check in checks:
        try:
            found += check()
        except ConfigError as refusal:
            found.append(error(subject, str(refusal).removesuffix("."), ""))
    return found


def requires(call: Callable[[], object]) -> Callable[[], list[Finding]]:
    """A check of what refuses by an exception, and else gives something nobody needs yet."""

    def check() -> list[Finding]:
        call()
        return []

    return check


def refuse_errors(findings: Iterable[Finding]) -> list[Finding]:
    """Gives back the rest, for whoever shows it.

    Raises:
        ConfigError: there are errors; the text holds all of them, so that one run shows all.
    """
    found = list(findings)
    errors = [str(each) for each in found if each.severity is Severity.ERROR]
    if errors:
        raise ConfigError("\n  - ".join(["Preflight found what cannot work:", *errors]))
    return found
