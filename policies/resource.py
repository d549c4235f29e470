"""A resource as a program declared it, whichever way the rules got to see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Resource:
    """One resource's inputs. Outputs are left out: rules are about what somebody asked for."""

    urn: str
    inputs: Mapping[str, Any]  # plain data, with `values.UNKNOWN` where nothing is known yet
    parent: str = ""  # urn
    protect: bool = False
    origins: Mapping[str, frozenset[str]] = field(default_factory=dict[str, frozenset[str]])
    """Property -> urns of the resources that its value is made from."""

    @property
    def type(self) -> str:
        """Its own type, without those of its parents."""
        return self.urn.split("::")[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its logical name."""
        return self.urn.split("::", 3)[3]

    @property
    def stack(self) -> str:
        """The stack it belongs to."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    def with_origins(self, parent: str, origins: Mapping[str, frozenset[str]]) -> "Resource":
        """The same, once the whole stack is known."""
        return replace(self, parent=parent or self.parent, origins=origins)
