"""How references move: from one commit to another, into being, or away."""

from collections.abc import Iterable
from dataclasses import dataclass

DEFAULT_BRANCH = "main"  # of a repository that nobody has pushed to
NOTHING = "0" * 40  # what git writes where there is no commit


@dataclass(frozen=True)
class Move:
    """A reference moves from one commit to another."""

    ref: str
    old: str  # NOTHING for a new one
    new: str  # NOTHING for one that goes

    @property
    def creates(self) -> bool:
        """Whether the reference is new."""
        return self.old == NOTHING

    @property
    def deletes(self) -> bool:
        """Whether the reference goes."""
        return self.new == NOTHING


def pushed(lines: Iterable[str]) -> list[Move]:
    """The moves of a push, from the `old new ref` lines that git gives its hooks."""
    parts = (line.rstrip("\n").split(" ", maxsplit=2) for line in lines)
    return [Move(ref, old, new) for old, new, ref in parts]
