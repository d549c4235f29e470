"""What was found of one system, as the data that a report reads."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

_PARTS = 10  # of one answer that are told
_SHOWN = 400  # characters of one part


@dataclass(frozen=True)
class ChangedAnswer:
    """One golden request that is answered otherwise."""

    request: str
    status: tuple[int, int]  # of HTTP, before and after
    parts: Sequence[tuple[str, str, str]]  # place in the answer, before, after

    @classmethod
    def of(
        cls, request: str, status: tuple[int, int], parts: Sequence[tuple[str, str, str]]
    ) -> "ChangedAnswer":
        """Cut to what people read."""
        shown = [(place, old[:_SHOWN], new[:_SHOWN]) for place, old, new in parts[:_PARTS]]
        return cls(request, status, shown)


@dataclass(frozen=True)
class Answers:
    """Of all golden requests."""

    same: int
    changed: Sequence[ChangedAnswer] = ()
    unsteady: Sequence[str] = ()  # answered otherwise from one time to the next, also by base


@dataclass(frozen=True)
class Latency:
    """One request's time, head's to base's."""

    request: str
    ratio: float
    low: float
    high: float
    pairs: int
    verdict: str


@dataclass(frozen=True)
class Memory:
    """One container's own memory, bytes."""

    name: str
    before: int
    after: int
    requests: int  # that were answered between the first sample and the last
    grown_before: int
    grown_after: int
    verdict: str  # leaks, more, or alike


@dataclass(frozen=True)
class Size:
    """Bytes of an image or of a repository of weights."""

    name: str
    before: int | None
    after: int | None
    other: bool = False  # of weights: whether their content is another


@dataclass(frozen=True)
class Page:
    """One page, looked at."""

    name: str
    verdict: str  # same, changed, or unsteady: it differs from one look to the next
    pictures: Sequence[str] = ()  # files beside the findings, before and after


@dataclass(frozen=True)
class Found:
    """All there is to say of one system."""

    system: str
    because: Sequence[str]  # changed paths
    failed: Mapping[str, str] = field(default_factory=dict[str, str])  # side -> what it said
    answers: Answers | None = None
    latency: Sequence[Latency] = ()
    memory: Sequence[Memory] = ()
    images: Sequence[Size] = ()
    weights: Sequence[Size] = ()
    pages: Sequence[Page] = ()
    no_pictures: str = ""  # why pages were not looked at
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """For the file that `report` reads."""
        return asdict(self)
