"""What a program declares to be its own on GitHub, and how one is taken over."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, cast

Kind = Literal["environment", "secret", "variable", "ruleset"]

_TYPES = {
    "secret": "github:index/actions{0}Secret:Actions{0}Secret",
    "variable": "github:index/actions{0}Variable:Actions{0}Variable",
    "environment": "github:index/repositoryEnvironment:RepositoryEnvironment",
    "ruleset": "github:index/repositoryRuleset:RepositoryRuleset",
}
OVERWRITTEN = ("secret", "environment")  # the others are refused when they are made a second time


@dataclass(frozen=True, order=True)
class Claim:
    """One object of a repository; as text it is what the setting `adopt` takes."""

    kind: Kind
    name: str
    environment: str = ""  # in which it lives; empty for the repository itself
    logical: str = field(default="", compare=False)  # its name in the state
    former: str = field(default="", compare=False)
    """What came behind the component's name before it was called by what it is on GitHub."""
    number: str = field(default="", compare=False)  # a ruleset's on GitHub

    def __str__(self) -> str:
        where = f" of environment {self.environment}" if self.environment else ""
        return f"{self.kind} {self.name}{where}"

    def fields(self) -> list[str]:
        """As it stands in the state."""
        return [self.kind, self.name, self.environment, self.logical]

    def part(self, name: str) -> "Claim":
        """Something of it that nobody else can have made, and so is not claimed by itself."""
        return replace(self, logical=f"{self.logical}/{name}", former=f"{self.former}-{name}")

    @classmethod
    def from_fields(cls, fields: Sequence[str]) -> "Claim":
        """The claim that `fields` wrote down."""
        kind, name, environment, logical = fields
        return cls(cast("Kind", kind), name, environment, logical)

    def import_command(self, repository: str, number: str, parent: str, provider: str) -> str:
        """What takes the object over into the state.

        Args:
            repository: its name alone.
            number: of a ruleset.
            parent: URN of the component it belongs to.
            provider: URN of the provider instance.
        """
        place = [repository, *filter(None, [self.environment]), number or self.name]
        id_ = ":".join(part.replace(":", "??") for part in place)
        type_ = _TYPES[self.kind].format("Environment" if self.environment else "")
        return (
            f"pulumi import {type_} {self.logical} '{id_}' --parent 'settings={parent}' "
            f"--provider 'github={provider}' --protect=false --generate-code=false"
        )


def claims_taken(claims: Iterable[Claim], existing: Collection[Claim]) -> list[tuple[Claim, Claim]]:
    """Claims whose name is there already, each with what is there; in settled order."""
    there = {folded(each): each for each in existing}
    return [(each, there[folded(each)]) for each in sorted(claims) if folded(each) in there]


def folded(claim: Claim) -> tuple[str, str, str]:
    """As GitHub tells names apart: by case for rulesets alone."""
    if claim.kind == "ruleset":
        return claim.kind, claim.name, ""
    return claim.kind, claim.name.lower(), claim.environment.lower()
