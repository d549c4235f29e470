# ruff: noqa: T201 - a command line: it says what it found
"""Reads the request log and raises the four alerts: errors, slowness, bad input, drift.

    hf spaces logs OWNER/NAME | python -m src.log_pipeline      # ends with 1 if one is raised

The API does the same over its own last requests and writes a line when an alert begins or ends.
"""

import json
import math
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WINDOW = 1000  # requests looked at
FEWEST = 20  # of what a share is taken of; fewer say nothing
PERCENTILE = 0.95  # of the durations
PROBE_PATH = "/health"  # asked by machines all day: it would thin out every share
_UNPROCESSABLE = 422
_SERVER_ERRORS = range(500, 600)

Line = Mapping[str, Any]


@dataclass(frozen=True)
class Rule:
    """One alert: what is measured, and above which value (never at it) it is raised."""

    name: str
    threshold: float
    unit: str
    action: str  # what a person does then
    measure: Callable[[list[Line]], float | None]  # None: too few requests to say


@dataclass(frozen=True)
class Alert:
    """A rule and what was measured."""

    rule: Rule
    value: float

    @property
    def raised(self) -> bool:
        """Strictly above the threshold."""
        return self.value > self.rule.threshold

    @property
    def text(self) -> str:
        """One line for people."""
        rule = self.rule
        return (
            f"{rule.name} is {self.value:.4g} {rule.unit}, threshold {rule.threshold:.4g}. "
            f"{rule.action}"
        )

    def fields(self) -> dict[str, Any]:
        """For the log."""
        threshold = self.rule.threshold
        return {"alert": self.rule.name, "value": round(self.value, 4), "threshold": threshold}


def _share(lines: list[Line], holds: Callable[[Line], bool]) -> float | None:
    """In percent."""
    if len(lines) < FEWEST:
        return None
    return 100 * sum(1 for line in lines if holds(line)) / len(lines)


def _server_errors(lines: list[Line]) -> float | None:
    return _share(lines, lambda line: line["status_code"] in _SERVER_ERRORS)


def _unprocessable(lines: list[Line]) -> float | None:
    return _share(lines, lambda line: line["status_code"] == _UNPROCESSABLE)


def _yes(lines: list[Line]) -> float | None:
    predictions = [line for line in lines if "prediction" in line]
    return _share(predictions, lambda line: line["prediction"] == "Oui")


def _slow(lines: list[Line]) -> float | None:
    """In seconds: the duration that 95 of 100 requests keep within."""
    if len(lines) < FEWEST:
        return None
    durations = sorted(float(line["duration_ms"]) for line in lines)
    return durations[math.ceil(PERCENTILE * len(durations)) - 1] / 1000


RULES = (
    Rule("5xx_rate", 1.0, "%", "Read the logs; deploy again.", _server_errors),
    Rule("response_time", 2.0, "s", "Make the model or its preprocessing faster.", _slow),
    Rule("422_rate", 5.0, "%", "Review what the API takes, and who sends it.", _unprocessable),
    Rule("oui_rate", 40.0, "%", "Look at the data: has it drifted?", _yes),
)


def measured(lines: Iterable[Line]) -> list[Alert]:
    """Every rule's value over the last requests, raised or not; probes left out."""
    kept = list(deque((line for line in lines if counts(line)), maxlen=WINDOW))
    values = ((rule, rule.measure(kept)) for rule in RULES)
    return [Alert(rule, value) for rule, value in values if value is not None]


def counts(line: Line) -> bool:
    """Whether a line is of a request that somebody made on purpose."""
    return "status_code" in line and "duration_ms" in line and line.get("path") != PROBE_PATH


class Monitor:
    """Follows one process's requests; used from its event loop alone."""

    def __init__(self) -> None:
        self._lines: deque[Line] = deque(maxlen=WINDOW)
        self._raised: set[str] = set()

    def add(self, line: Line) -> list[tuple[Alert, bool]]:
        """Takes one request's fields; alerts that begin (True) or end (False) with it."""
        if not counts(line):
            return []
        self._lines.append(line)
        changed = []
        for alert in self.state():
            name = alert.rule.name
            if alert.raised != (name in self._raised):
                (self._raised.add if alert.raised else self._raised.discard)(name)
                changed.append((alert, alert.raised))
        return changed

    def state(self) -> list[Alert]:
        """Every rule that can say something, with its value now."""
        return measured(self._lines)


def read(stream: Iterable[str]) -> Iterator[Line]:
    """The request lines of a log; what else stands in it is passed over."""
    for text in stream:
        start = text.find("{")  # platforms put a time or a name before what an app wrote
        if start < 0:
            continue
        try:
            line = json.loads(text[start:])
        except ValueError:
            continue
        if isinstance(line, dict) and counts(line):
            yield line


def main() -> int:
    """Command line; 1 if an alert is raised, 2 if nothing could be measured."""
    found = measured(read(sys.stdin))
    for alert in found:
        print(f"{'ALERT' if alert.raised else 'ok   '} {alert.text}")
    if not found:
        print(f"fewer than {FEWEST} requests: nothing can be said", file=sys.stderr)
        return 2
    return 1 if any(alert.raised for alert in found) else 0


if __name__ == "__main__":
    sys.exit(main())
