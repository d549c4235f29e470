"""What a check found: how bad it is, about what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from components.errors import ConfigError


class Severity(StrEnum):
    """Whether a finding stops the deployment."""

    ERROR = "error"  # it can't work
    WARNING = "warning"  # it may work, and somebody should know


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing found."""

    severity: Severity
    subject: str  # the service, file or setting it is about
    problem: str  # one sentence without its full stop
    remedy: str  # the same

    def __str__(self) -> str:
        return f"{self.subject}: {self.problem}. {self.remedy}."


def error(subject: str, problem: str, remedy: str) -> Finding:
    """A finding that stops the deployment."""
    return Finding(severity=Severity.ERROR, subject=subject, problem=problem, remedy=remedy)


def warning(subject: str, problem: str, remedy: str) -> Finding:
    """A finding that is only said."""
    return Finding(severity=Severity.WARNING, subject=subject, problem=problem, remedy=remedy)


def refuse_errors(findings: Iterable[Finding]) -> list[Finding]:
    """Gives back the warnings, for whoever shows them.

    Raises:
        ConfigError: there are errors; the text holds all of them, so that one run shows all.
    """
    found = list(findings)
    errors = [str(each) for each in found if each.severity is Severity.ERROR]
    if errors:
        raise ConfigError("\n".join(["Preflight found what cannot work:", *errors]))
    return found
