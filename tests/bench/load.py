"""Load on what `make up` raised: how quickly each API answers, and which alerts traffic raises.

`python -m tests.bench.load [--seconds 60] [--rate API=N …]`, in a checkout whose dev stack is up.
Requests leave at even times whether or not earlier ones were answered, and are timed from when they
were due: a stalled API can't hide behind a caller that waits for it. The APIs are loaded one after
another. Then each alert of the turnover API is raised by the traffic that it is for.
"""

import argparse
import asyncio
import math
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from doors.behaviour.golden import Golden, Question, all_golden
from sandbox.console.report import table
from tests.bench.alerts import ALERTS, raise_by_traffic, state
from tests.bench.raised_stack import OK, RaisedStack

# Requests a second, for a machine of two cores that runs everything else as well.
RATES = {"frigo": 1.0, "inference": 1.0, "retraining": 20.0, "symptoms": 5.0, "turnover": 20.0}
_PERCENTILE = 0.95
_SECONDS = 30.0  # of one request


@dataclass(frozen=True)
class Figures:
    """What one API did under its load."""

    asked: int
    seconds: Sequence[float]  # from when each was due, of those that were answered as they should

    @property
    def failed(self) -> int:
        """Those that were not."""
        return self.asked - len(self.seconds)

    def row(self, name: str, rate: float) -> tuple[str, ...]:
        """For the table."""
        ordered = sorted(self.seconds) or [math.nan]
        late = ordered[math.ceil(_PERCENTILE * len(ordered)) - 1]
        figures = (statistics.median(ordered), late, ordered[-1])
        shown = (f"{1000 * each:.0f} ms" for each in figures)
        return (name, f"{rate:g}/s", str(self.asked), str(self.failed), *shown)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; 1 if a request failed, an alert was raised by load, or one was not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of load on each API")
    parser.add_argument("--rate", nargs="*", default=[], metavar="API=N", help="requests a second")
    options = parser.parse_args(arguments)
    asked = dict(each.split("=") for each in options.rate)
    rates = RATES | {name: float(rate) for name, rate in asked.items()}
    return asyncio.run(_measure(RaisedStack.here(), rates, options.seconds))


async def _measure(stack: RaisedStack, rates: Mapping[str, float], seconds: float) -> int:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=_SECONDS, limits=limits, trust_env=False) as client:
        rows, failed = [], 0
        for golden in all_golden():
            rate = rates[golden.system]
            _say(f"{golden.system}: {rate:g} requests a second for {seconds:g} s")
            figures = await _load(stack, client, golden, rate, seconds)
            rows.append(figures.row(golden.system, rate))
            failed += figures.failed
        loud = [each["alert"] for each in await state(stack, client) if each["raised"]]
        heads = ("API", "rate", "requests", "failed", "median", "p95", "worst")
        _say(f"\n{table(rows, heads)}\n\nAlerts raised by it: {', '.join(loud) or 'none'}\n")
        raised = []
        for name, traffic in ALERTS.items():
            _say(f"{name}: {traffic.what}")
            raised.append(await raise_by_traffic(stack, client, name))
    columns = ("alert", "traffic", "value", "threshold", "raised", "others raised")
    _say(f"\n{table([each.row() for each in raised], columns)}")
    return 1 if failed or loud or not all(each.raised for each in raised) else 0


async def _load(
    stack: RaisedStack, client: httpx.AsyncClient, golden: Golden, rate: float, seconds: float
) -> Figures:
    questions = await _answered(stack, client, golden)
    taken: list[float] = []
    began = time.perf_counter()

    async def one(number: int) -> None:
        due = began + number / rate
        await asyncio.sleep(due - time.perf_counter())
        question = questions[number % len(questions)]
        if await stack.ask(client, golden.system, question) == OK:
            taken.append(time.perf_counter() - due)

    count = max(1, round(rate * seconds))
    await asyncio.gather(*(one(number) for number in range(count)))
    return Figures(count, taken)


async def _answered(
    stack: RaisedStack, client: httpx.AsyncClient, golden: Golden
) -> list[Question]:
    """The golden requests that are answered; others are there to be refused, and are no load."""
    asked = [each for each in golden.requests if each.body is not None]
    found = [each for each in asked if await stack.ask(client, golden.system, each) == OK]
    if not found:
        raise SystemExit(f"{golden.system} answers none of its golden requests")
    return found


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
