"""How much slower: the median of ratios of requests that were made in turn, with its bounds.

Absolute times say something of the machine, and of what else ran on it. Two requests one after the
other meet the same machine, so that their ratio says something of the change.
"""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

FEWEST = 11  # pairs; with fewer no interval of the median holds with 99.9 %
TOLERANCE = 1.15  # two containers of the same image differ by less
SLOWER, FASTER = "slower", "faster"
_DOUBT = 0.001  # each comment tells of many requests, and a false alarm costs trust


@dataclass(frozen=True)
class Ratio:
    """Of head's time to base's."""

    median: float
    low: float  # the true median lies above, and below `high`, with 99.9 %
    high: float
    pairs: int

    @property
    def verdict(self) -> str:
        """SLOWER, FASTER, `alike`, or `unsure` where the bounds are too far apart to tell."""
        if self.low > TOLERANCE:
            return SLOWER
        if self.high < 1 / TOLERANCE:
            return FASTER
        return "alike" if self.low >= 1 / TOLERANCE and self.high <= TOLERANCE else "unsure"

    def and_again(self, other: "Ratio") -> "Ratio":
        """What holds by this one and by another, measured at another time: the wider bounds."""
        return Ratio(
            statistics.mean((self.median, other.median)),
            min(self.low, other.low),
            max(self.high, other.high),
            self.pairs + other.pairs,
        )


def ratio(base: Sequence[float], head: Sequence[float]) -> Ratio:
    """Compares seconds of requests that were made in turn, pair by pair.

    The bounds are order statistics of the ratios, so that nothing is assumed of how times are
    distributed: the median lies between the k-th smallest and the k-th largest unless k or fewer
    of the pairs fall on one side of it, which a fair coin does rarely enough.

    Raises:
        ValueError: fewer than FEWEST pairs.
    """
    found = sorted(b / max(a, 1e-9) for a, b in zip(base, head, strict=True))
    count = len(found)
    if count < FEWEST:
        raise ValueError(f"{count} pairs are too few for bounds; {FEWEST} are needed")
    rank, tail = 0, 0.5**count
    while 2 * (tail + comb(count, rank + 1) * 0.5**count) <= _DOUBT:
        rank += 1
        tail += comb(count, rank) * 0.5**count
    return Ratio(statistics.median(found), found[rank], found[-1 - rank], count)
