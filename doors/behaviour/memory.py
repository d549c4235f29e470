"""Memory at rest and its growth while an app answers, to tell a leak from what is kept once."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST_GROWTH = 512 << 10  # bytes in each half of the requests; allocators grow by less once warm
_NOTICED = 1.10  # of the memory before
_NOTICED_BYTES = 8 << 20


@dataclass(frozen=True)
class Growth:
    """One side's memory that is its own, at equal distances in a row of requests."""

    start: int  # bytes
    middle: int
    end: int

    @property
    def halves(self) -> tuple[int, int]:
        """By how much it grew in the first half of the requests, and in the second."""
        return self.middle - self.start, self.end - self.middle


def growth(samples: Sequence[int]) -> Growth:
    """Of samples taken while requests were answered; at least three."""
    return Growth(samples[0], samples[len(samples) // 2], samples[-1])


def leaks(base: Growth, head: Growth) -> bool:
    """Whether head grows on and on, and base does not grow as much.

    What an app keeps once, such as a cache that fills, grows in the first half alone.
    """
    pairs = zip(base.halves, head.halves, strict=True)
    return all(new - max(old, 0) >= LEAST_GROWTH for old, new in pairs)


def needs_more(base: Growth, head: Growth) -> bool:
    """Whether head needs noticeably more memory from the start."""
    more = head.start - base.start
    return more > _NOTICED_BYTES and head.start > base.start * _NOTICED
