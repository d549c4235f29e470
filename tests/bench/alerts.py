"""The four alerts of the turnover API, each raised by the traffic that it is for."""

import asyncio
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

import httpx

from doors.behaviour.golden import all_golden
from sandbox.http.faults import HoldBefore
from tests.bench.raised_stack import NO_ANSWER, OK, RaisedStack

_SYSTEM = "turnover"
# The employees that a change is asked about as well, by their names there.
_GOLDEN = {
    each.name: each.body
    for golden in all_golden()
    if golden.system == _SYSTEM
    for each in golden.requests
}
_LEAVING = _GOLDEN["somebody likely to leave"]
_STAYING = _GOLDEN["somebody likely to stay"]
_FEW = 40  # requests; twice of what an alert needs to say anything
_MOST_ROUNDS = 6
_START_SECONDS = 120.0


@dataclass(frozen=True)
class Traffic:
    """What is sent, in rounds, until the alert is raised."""

    what: str
    bodies: tuple[Mapping[str, Any], ...]  # asked in turn
    at_once: int = 1  # as many are under way; doubled from round to round where it is more
    without_model: bool = False  # the Hub keeps the model back meanwhile


ALERTS = {
    "5xx_rate": Traffic(
        "predictions while the Hub holds the model back after a restart",
        (_STAYING,),
        without_model=True,
    ),
    "response_time": Traffic("hundreds of predictions at once", (_STAYING,), at_once=400),
    "422_rate": Traffic("every tenth request has no data", (*(9 * (_STAYING,)), {})),
    "oui_rate": Traffic("every second employee is likely to leave", (_STAYING, _LEAVING)),
}


@dataclass(frozen=True)
class Outcome:
    """What the API said after the traffic."""

    name: str
    what: str
    value: float
    threshold: float
    raised: bool
    others: tuple[str, ...]

    def row(self) -> tuple[str, ...]:
        """For the table."""
        said = "yes" if self.raised else "NO"
        figures = (f"{self.value:g}", f"{self.threshold:g}")
        return (self.name, self.what, *figures, said, ", ".join(self.others) or "none")


async def state(stack: RaisedStack, client: httpx.AsyncClient) -> list[dict[str, Any]]:
    """Every alert that has something to say: its name, value, threshold, and whether raised."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            answer = await client.get(f"{stack.url(_SYSTEM, 'url')}/logs", params={"limit": 1})
            found: list[dict[str, Any]] = answer.raise_for_status().json()["alerts"]
        except httpx.HTTPError:  # between two processes, or behind hundreds of requests
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.2)
        else:
            return found


async def raise_by_traffic(stack: RaisedStack, client: httpx.AsyncClient, name: str) -> Outcome:
    """Restarts the Space, since a new process remembers no requests, and sends the traffic."""
    traffic = ALERTS[name]
    with ExitStack() as afterwards:
        if traffic.without_model:
            rule = stack.faults.set("hub", HoldBefore(), path="/resolve/", times=None)
            afterwards.callback(stack.faults.clear, rule)
        await asyncio.to_thread(stack.restart, _SYSTEM)
        await _began(stack, client, 503 if traffic.without_model else OK)
        at_once = traffic.at_once
        for _ in range(_MOST_ROUNDS):
            await _send(stack, client, traffic, at_once)
            said = {each["alert"]: each for each in await state(stack, client)}
            if name in said and said[name]["raised"]:
                break
            at_once = at_once * 2 if at_once > 1 else 1
    own = said[name]
    others = tuple(sorted(key for key, each in said.items() if each["raised"] and key != name))
    return Outcome(name, traffic.what, own["value"], own["threshold"], own["raised"], others)


async def _began(stack: RaisedStack, client: httpx.AsyncClient, status: int) -> None:
    """Waits for a process that has counted no request yet, and says this about its model."""
    deadline = time.monotonic() + _START_SECONDS
    while await _health(stack, client) != status or await state(stack, client):
        if time.monotonic() > deadline:
            raise SystemExit(f"{_SYSTEM} does not begin anew with {status} after its restart")
        await asyncio.sleep(0.2)


async def _health(stack: RaisedStack, client: httpx.AsyncClient) -> int:
    try:
        return (await client.get(f"{stack.url(_SYSTEM, 'url')}/health")).status_code
    except httpx.HTTPError:  # between two processes
        return NO_ANSWER


async def _send(
    stack: RaisedStack, client: httpx.AsyncClient, traffic: Traffic, at_once: int
) -> None:
    places = asyncio.Semaphore(at_once)
    url = f"{stack.url(_SYSTEM, 'url')}/predict"

    async def one(body: Mapping[str, Any]) -> None:
        # What is cut or late is the caller's loss; the API counts what reached it.
        async with places:
            with suppress(httpx.HTTPError):
                await client.post(url, json=body)

    count = max(_FEW, at_once)
    await asyncio.gather(*(one(traffic.bodies[n % len(traffic.bodies)]) for n in range(count)))
