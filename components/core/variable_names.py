"""What holds for names of environment variables on every platform, checked before any call."""

import re
from dataclasses import dataclass

from slipway.errors import ConfigError

MARK = "SLIPWAY_STACK"  # the variable that tells whose a Space or service is


@dataclass(frozen=True)
class VariableNames:
    """One platform's rules, and its words for them."""

    called: str  # what such a name is there: "the name of a secret or variable"
    owner: str  # what has variables there: "Space"
    setter: str  # who sets the platform's own: "the platform"
    prefix: str  # of the platform's own
    own: frozenset[str]  # further ones of the platform
    marks: str = ""  # what a name may hold there besides letters, digits and underscores

    def check(self, what: str, name: str) -> None:
        """Refuses a name that would not arrive, or that somebody else sets.

        Raises:
            ConfigError: names the key and the remedy, never a value.
        """
        letters = f"A-Za-z_{re.escape(self.marks)}"
        if not re.fullmatch(f"[{letters}][{letters}0-9]*", name):
            more = "".join(f", {mark}" for mark in self.marks)
            raise ConfigError(
                f"{what}: {name!r} can't be {self.called}. Use letters, digits and underscores"
                f"{more}, not starting with a digit."
            )
        if name.startswith(self.prefix) or name in self.own:
            raise ConfigError(f"{what}: {name} is set by {self.setter}. Use another name.")
        if name == MARK:
            raise ConfigError(
                f"{what}: {MARK} tells whose {self.owner} it is and is set by this program. Use "
                "another name."
            )
