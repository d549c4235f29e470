"""Sends synthetic patients at a set rate and counts what comes back."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ..model.patients import patients

Send = Callable[[Mapping[str, Any]], tuple[dict[str, Any], int]]
_AT_ONCE = 8
_DRAWN = 2000  # different patients; after that they come again
_INVALID = {"age": -1, "temperature_c": 37.0, "symptoms": []}


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """What is sent."""

    rate_per_second: float
    seconds: float
    invalid_percent: int = 0  # of the requests: such as the API refuses with 422
    only: str = ""  # patients of one condition alone
    seed: int = 1

    def requests(self) -> Iterator[dict[str, Any]]:
        """As many as are due in the time, invalid ones spread evenly among them."""
        drawn = [
            {
                "age": patient.age,
                "temperature_c": patient.temperature_c,
                "symptoms": sorted(patient.symptoms),
            }
            for patient, label in patients(_DRAWN, self.seed)
            if self.only in ("", label)
        ]
        valid = itertools.cycle(drawn)
        whole = 100
        for i in range(max(1, round(self.rate_per_second * self.seconds))):
            invalid = (i + 1) * self.invalid_percent // whole > i * self.invalid_percent // whole
            yield dict(_INVALID) if invalid else next(valid)


@dataclass(frozen=True)
class Outcome:
    """What came back."""

    sent: int
    statuses: Mapping[int, int]
    p95_ms: float
    late: int  # requests that began more than a second after they were due


def send_traffic(traffic: Traffic, send: Send) -> Outcome:
    """Sends all of it; returns when the last answer is there."""
    statuses: Counter[int] = Counter()
    durations: list[float] = []
    late = 0
    lock = threading.Lock()
    started = time.monotonic()

    def one(due: float, request: Mapping[str, Any]) -> None:
        nonlocal late
        begun = time.monotonic()
        _, status = send(request)
        with lock:
            statuses[status] += 1
            durations.append((time.monotonic() - begun) * 1e3)
            late += begun - due > 1

    with ThreadPoolExecutor(_AT_ONCE) as senders:
        for i, request in enumerate(traffic.requests()):
            # By the clock, not by the pause: slow answers must not lower the rate unseen.
            due = started + i / traffic.rate_per_second
            time.sleep(max(0.0, due - time.monotonic()))
            senders.submit(one, due, request)
    durations.sort()
    p95 = durations[-(-95 * len(durations) // 100) - 1]
    return Outcome(len(durations), dict(sorted(statuses.items())), round(p95, 1), late)
