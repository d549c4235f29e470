"""What was found of systems that were run before and after a change, typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ChangedAnswer:
    """A request that is answered otherwise."""

    request: str
    status: tuple[int, int]  # of HTTP, before and after; 0: none came
    parts: Sequence[tuple[str, str, str]]  # place in the answer, before, after


@dataclass(frozen=True)
class Latency:
    """Head's time to base's, of requests made in turn."""

    request: str
    ratio: float
    low: float  # the true one lies between these with 95 %
    high: float
    pairs: int
    verdict: str  # slower, faster, alike, unsure


@dataclass(frozen=True)
class Memory:
    """One container's own memory, bytes."""

    name: str
    before: int
    after: int
    requests: int
    grown_before: int  # over those requests
    grown_after: int
    verdict: str  # leaks, more, alike


@dataclass(frozen=True)
class Size:
    """Bytes of an image or of weights; None: there is none."""

    name: str
    before: int | None
    after: int | None
    other: bool


@dataclass(frozen=True)
class Page:
    """One page, drawn."""

    name: str
    verdict: str  # same, changed, unsteady
    pictures: Sequence[str]


@dataclass(frozen=True)
class System:
    """All findings of one."""

    name: str
    because: Sequence[str]
    failed: Mapping[str, str]  # base or head -> what it said
    same: int  # answers
    changed: Sequence[ChangedAnswer]
    unsteady: Sequence[str]
    latency: Sequence[Latency]
    memory: Sequence[Memory]
    images: Sequence[Size]
    weights: Sequence[Size]
    pages: Sequence[Page]
    no_pictures: str
    seconds: float

    def verdicts(self) -> list[str]:
        """What became of it, in words; none if all that was looked at is as it was."""
        if self.failed:
            return [f"{side} does not come up" for side in self.failed]
        times, grown = ({each.verdict for each in of} for of in (self.latency, self.memory))
        said = {
            "other weights": any(each.other for each in self.weights),
            "answers change": bool(self.changed),
            "slower": "slower" in times,
            "faster": "faster" in times,
            "leaks memory": "leaks" in grown,
            "needs more memory": "more" in grown,
            "pages change": any(each.verdict == "changed" for each in self.pages),
        }
        return [words for words, holds in said.items() if holds]
