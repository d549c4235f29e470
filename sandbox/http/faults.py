"""Trouble on demand: slow answers, errors, rate limits, cut connections, lost responses.

A table of rules drives it, so that a test, a person or another process can set and clear them while
the sandbox runs.
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from anyio import to_thread
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.http.connection import aborter
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS faults (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    method TEXT,                 -- NULL: any
    path TEXT NOT NULL,          -- regular expression, searched in the path without its query
    skip INTEGER NOT NULL,       -- matching requests still to let through
    remaining INTEGER,           -- matching requests still to hit; NULL: all
    hits INTEGER NOT NULL DEFAULT 0,
    action TEXT NOT NULL         -- JSON: {"type": class name, …fields}
);
"""


@dataclass(frozen=True)
class Delay:
    """The request waits before the platform sees it. Rules that come later still apply."""

    milliseconds: float


@dataclass(frozen=True)
class Answer:
    """The platform never sees the request; this is the answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str = ""


@dataclass(frozen=True)
class CutBefore:
    """The connection is reset before the platform sees the request."""


@dataclass(frozen=True)
class CutAfter:
    """The platform does all it was asked to, then the connection is reset: a lost response."""


@dataclass(frozen=True)
class CutMidway:
    """The platform does all it was asked to; half of its answer comes, then the connection ends."""


@dataclass(frozen=True)
class AnswerAfter(Answer):
    """The platform does all it was asked to, but the answer is this one."""


@dataclass(frozen=True)
class HoldBefore:
    """The platform never sees the request: it is held while its rule stands, then cut."""


@dataclass(frozen=True)
class HoldAfter:
    """The platform does all it was asked to; the answer is held while the rule stands, then cut."""


Action = Delay | Answer | CutBefore | CutAfter | CutMidway | AnswerAfter | HoldBefore | HoldAfter
ACTIONS: Mapping[str, type[Any]] = {
    each.__name__: each
    for each in (
        *(Delay, Answer, CutBefore, CutAfter, CutMidway),
        *(AnswerAfter, HoldBefore, HoldAfter),
    )
}
_HOLD_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Hit:
    """What is to happen to a request, and the rule that says so."""

    rule: int
    action: Action


class Faults:
    """The rules of all platforms. Thread-safe; several processes may set and clear them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def set(
        self,
        platform: str,
        action: Action,
        *,
        path: str = "",
        method: str | None = None,
        nth: int = 1,
        times: int | None = 1,
    ) -> int:
        """Adds a rule and returns its id.

        Args:
            platform: As the platform is named in the request log.
            action: What happens to a request that is hit.
            path: Regular expression searched in the request's path; empty means every path.
            method: HTTP method in capitals; None means any.
            nth: The first matching request to be hit, counted from 1.
            times: How many matching requests are hit from there on; None means all.

        Raises:
            re.error: `path` is no regular expression.
        """
        re.compile(path)
        text = json.dumps({"type": type(action).__name__, **asdict(action)})
        return self._database.insert(
            "INSERT INTO faults (platform, method, path, skip, remaining, action)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (platform, method, path, nth - 1, times, text),
        )

    def hits(self, fault_id: int) -> int:
        """How many requests a rule has hit."""
        rows = self._database.query("SELECT hits FROM faults WHERE id = ?", (fault_id,))
        return int(rows[0]["hits"]) if rows else 0

    def clear(self, fault_id: int | None = None) -> None:
        """Forgets one rule, or all."""
        self._database.execute(
            "DELETE FROM faults WHERE ? IS NULL OR id = ?",
            (fault_id, fault_id),
        )

    def rules(self) -> list[tuple[object, ...]]:
        """Every rule: id, platform, method, path, hits, hits that are left, action."""
        columns = (
            "id, platform, coalesce(method, '') , path, hits, coalesce(remaining, 'all'), action"
        )
        return [tuple(row) for row in self._database.query(f"SELECT {columns} FROM faults")]  # noqa: S608 - written above

    def stands(self, fault_id: int) -> bool:
        """Whether a rule was not cleared yet."""
        return bool(self._database.query("SELECT 1 FROM faults WHERE id = ?", (fault_id,)))

    def take(self, platform: str, method: str, path: str) -> list[Hit]:
        """What is to happen to a request, delays first; counts it against the rules it matches."""
        if not self._matching(self._database.query("SELECT * FROM faults"), platform, method, path):
            return []
        hits: list[Hit] = []
        with self._database.transaction() as connection:
            rows = connection.execute("SELECT * FROM faults ORDER BY id").fetchall()
            for row in self._matching(rows, platform, method, path):
                if row["skip"] > 0:
                    connection.execute(
                        "UPDATE faults SET skip = skip - 1 WHERE id = ?", (row["id"],)
                    )
                    continue
                action = _decode(row["action"])
                settled = any(not isinstance(each.action, Delay) for each in hits)
                if row["remaining"] == 0 or (settled and not isinstance(action, Delay)):
                    continue  # spent, or another rule has this request already
                connection.execute(
                    "UPDATE faults SET hits = hits + 1, remaining = remaining - 1 WHERE id = ?",
                    (row["id"],),
                )
                hits.append(Hit(row["id"], action))
        return sorted(hits, key=lambda hit: not isinstance(hit.action, Delay))

    @staticmethod
    def _matching(
        rows: list[sqlite3.Row],
        platform: str,
        method: str,
        path: str,
    ) -> list[sqlite3.Row]:
        return [
            row
            for row in rows
            if row["platform"] == platform
            and row["method"] in {None, method}
            and re.search(row["path"], path)
        ]


class FaultInjector:
    """ASGI middleware that applies one platform's rules. Belongs inside the request recorder."""

    def __init__(self, app: ASGIApp, faults: Faults, platform: str) -> None:
        self._app = app
        self._faults = faults
        self._platform = platform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        hits = await to_thread.run_sync(
            self._faults.take, self._platform, scope["method"], scope["path"]
        )
        for hit in hits:
            if not isinstance(hit.action, Delay):
                await self._trouble(hit, scope, receive, send)
                return
            await asyncio.sleep(hit.action.milliseconds / 1000)
        await self._app(scope, receive, send)

    async def _trouble(self, hit: Hit, scope: Scope, receive: Receive, send: Send) -> None:
        """Does what ends the request."""
        if isinstance(hit.action, CutAfter | AnswerAfter | HoldAfter):
            await self._app(scope, receive, _swallow)
        if isinstance(hit.action, CutMidway):
            await self._half(scope, receive, send)
        if isinstance(hit.action, HoldBefore | HoldAfter):
            await self._while_it_stands(hit.rule)
        if isinstance(hit.action, Answer):
            answer = Response(hit.action.body, hit.action.status, hit.action.headers)
            await answer(scope, receive, send)
        else:
            await aborter(scope)()

    async def _half(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the answer's head and half of its body."""
        said: list[Message] = []

        async def hear(message: Message) -> None:
            said.append(message)

        await self._app(scope, receive, hear)
        body = b"".join(each.get("body", b"") for each in said)
        if body:
            await send(said[0])
            half = body[: len(body) // 2]
            await send({"type": "http.response.body", "body": half, "more_body": True})

    async def _while_it_stands(self, rule: int) -> None:
        # The rules lie in a database that other processes change: nothing can wake this.
        while await to_thread.run_sync(self._faults.stands, rule):  # noqa: ASYNC110
            await asyncio.sleep(_HOLD_POLL_SECONDS)


async def _swallow(_message: Message) -> None:
    """A connection nobody listens at."""


def _decode(text: str) -> Action:
    values = json.loads(text)
    action: Action = ACTIONS[values.pop("type")](**values)
    return action
