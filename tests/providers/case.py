"""What the contract suite needs to know of a provider: what it is given, how one looks at it."""

from dataclasses import dataclass
from typing import Any

from pulumi.dynamic import ResourceProvider

from tests.providers.engine import Engine

SECRET = "canary-of-a-secret"
OUR_MARK = "slipway/dev@0a0a0a0a.0b0b0b0b"  # what the resource under test holds its object by


class Killed(BaseException):
    """The engine died: nothing catches this."""


@dataclass
class Case:
    """One provider and what to give it; `platform` has the log and the faults."""

    platform: Any
    provider: type[ResourceProvider]
    inputs: dict[str, Any]
    changes: list[dict[str, Any]]  # each of them is a reason to update
    unknowns: list[dict[str, Any]]  # as previews hand them over; each counts as a change

    token = ""
    token_variable = ""

    def engine(self) -> Engine:
        return Engine(self.provider)

    @property
    def sends_a_secret(self) -> bool:
        """Whether its creation sends SECRET to the platform."""
        return "secrets" in self.inputs or "token" in self.inputs

    def changed(self, changes):
        return {**self.inputs, **changes}
