"""What has to be written so that named values are as declared."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """Names to delete and values to write, of one kind of setting."""

    gone: frozenset[str]
    wanted: Mapping[str, str]

    @classmethod
    def between(
        cls,
        before: Mapping[str, str],
        values: Mapping[str, str],
        digests: Mapping[str, str] | None = None,
    ) -> "Change":
        """Compares what was with what is to be.

        Args:
            before: name -> value, or digest of it where `digests` are given.
            values: name -> value.
            digests: name -> digest of each value, for what cannot be read back.
        """
        after = values if digests is None else digests
        wanted = {name: values[name] for name in values if before.get(name) != after[name]}
        return cls(frozenset(set(before) - set(values)), wanted)

    @property
    def names(self) -> frozenset[str]:
        """All names it concerns."""
        return self.gone | self.wanted.keys()

    def also_without(self, names: set[str]) -> "Change":
        """The same, and these names deleted."""
        return Change(self.gone | names, self.wanted)
