"""What was sent, or is to be: kept from the moment of the event, so that no kill loses one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.store.database import Database
from sandbox.store.table import Table
from sandbox.webhooks.sending import Answer

KEPT = 100  # of each webhook; the oldest beyond go, sent or not

_TABLES = """
CREATE TABLE IF NOT EXISTS webhook_deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    platform TEXT NOT NULL,
    hook TEXT NOT NULL,          -- the platform's own id of the webhook
    guid TEXT NOT NULL,          -- the same for all deliveries of one event
    event TEXT NOT NULL,
    action TEXT,
    redelivery INTEGER NOT NULL,
    payload TEXT NOT NULL,       -- JSON
    created REAL NOT NULL,       -- seconds since 1970
    url TEXT NOT NULL DEFAULT '',
    request_headers TEXT NOT NULL DEFAULT '{}',   -- JSON; none that is a secret
    status INTEGER,              -- NULL until it was sent
    reason TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0,
    answer_headers TEXT NOT NULL DEFAULT '{}',
    answer TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS webhook_deliveries_of ON webhook_deliveries (platform, hook, id);
"""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One delivery; the columns are explained in the table."""

    id: int
    platform: str
    hook: str
    guid: str
    event: str
    action: str | None
    redelivery: bool
    payload: str = field(repr=False)
    created: float
    url: str
    request_headers: Mapping[str, str] = field(repr=False)
    status: int | None
    reason: str
    seconds: float
    answer_headers: Mapping[str, str] = field(repr=False)
    answer: str = field(repr=False)


class Deliveries:
    """The deliveries of one platform's webhooks. Thread-safe."""

    def __init__(self, database: Database, platform: str) -> None:
        self.database = database
        self._platform = platform
        database.create(_TABLES)
        self._rows = Table(database, "webhook_deliveries", Delivery, order="id DESC")

    def add(
        self,
        hook: str,
        *,
        guid: str,
        event: str,
        payload: Mapping[str, Any] | str,
        created: float,
        redelivery: bool = False,
    ) -> int:
        """One that is to be sent; its id. The webhook's oldest beyond `KEPT` are forgotten."""
        text = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        action = json.loads(text).get("action")
        with self.database.transaction():
            added = self._rows.add(
                platform=self._platform,
                hook=hook,
                guid=guid,
                event=event,
                action=action,
                redelivery=redelivery,
                payload=text,
                created=created,
            )
            self._rows.drop_where(
                "platform = ? AND hook = ? AND id <= (SELECT id FROM webhook_deliveries"
                " WHERE platform = ? AND hook = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
                *(self._platform, hook, self._platform, hook, KEPT),
            )
        return added

    def sent(self, delivery: int, *, url: str, headers: Mapping[str, str], answer: Answer) -> None:
        """Notes what became of one."""
        self._rows.set(
            delivery,
            url=url,
            request_headers=headers,
            status=answer.status,
            reason=answer.reason,
            seconds=answer.seconds,
            answer_headers=answer.headers,
            answer=answer.body,
        )

    def find(self, delivery: int) -> Delivery | None:
        """The one with that id."""
        return next(iter(self._where("id = ?", delivery)), None)

    def of(self, hook: str) -> Sequence[Delivery]:
        """Those of a webhook, newest first."""
        return self._where("hook = ?", hook)

    def waiting(self) -> Sequence[Delivery]:
        """Those that are still to be sent, oldest first."""
        return self._where("status IS NULL")[::-1]

    def drop(self, delivery: int) -> None:
        """Forgets one that is not to be sent any more."""
        self._rows.drop(delivery)

    def forget(self, hook: str) -> None:
        """Forgets all of a webhook."""
        self._rows.drop_where("platform = ? AND hook = ?", self._platform, hook)

    def _where(self, condition: str, *values: object) -> list[Delivery]:
        return self._rows.where(f"platform = ? AND {condition}", self._platform, *values)
