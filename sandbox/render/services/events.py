"""What happened to a service, as `GET …/events` lists it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.render.http.errors import there
from sandbox.render.http.ids import new_id, now
from sandbox.store.database import Database
from sandbox.store.table import Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_events (
    id TEXT PRIMARY KEY,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS render_events_order ON render_events (service, at);
"""
# The numbers beside the words in `*_ended` events; what they are is our reading of the schema.
_OUTCOMES = {"succeeded": 2, "failed": 3, "canceled": 4}


@dataclass(frozen=True)
class Event:
    """One event."""

    id: str
    service: int
    at: str
    type: str
    details: Mapping[str, Any]


class Events:
    """The table of events."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._events = Table(database, "render_events", Event, order="at DESC")

    def add(self, service: int, kind: str, **details: object) -> None:
        """Notes an event of a service that is still there."""
        self._database.execute(
            "INSERT INTO render_events SELECT ?, number, ?, ?, ? FROM render_services"
            " WHERE number = ?",
            (new_id("evt"), now(), kind, json.dumps(details), service),
        )

    def build_ended(
        self, service: int, build: str, outcome: str, reason: Mapping[str, Any] | None = None
    ) -> None:
        """`build_ended`; `outcome` is succeeded, failed or canceled."""
        values = {"buildStatus": outcome, "status": _OUTCOMES[outcome], "reason": reason or {}}
        self.add(service, "build_ended", buildId=build, **values)

    def deploy_ended(
        self, service: int, deploy: str, outcome: str, reason: Mapping[str, Any] | None = None
    ) -> None:
        """`deploy_ended`; `outcome` is succeeded, failed or canceled."""
        values = {"deployStatus": outcome, "status": _OUTCOMES[outcome], "reason": reason or {}}
        self.add(service, "deploy_ended", deployId=deploy, **values)

    def of(self, service: int, types: Sequence[str], start: str, end: str) -> list[Event]:
        """A service's events between two times, newest first; no types means all."""
        found = self._events.where("service = ? AND at >= ? AND at <= ?", service, start, end)
        return [each for each in found if not types or each.type in types]

    def prune(self, service: int, kept: int) -> None:
        """Drops a service's oldest events beyond `kept`."""
        self._database.execute(
            "DELETE FROM render_events WHERE id IN (SELECT id FROM render_events"
            " WHERE service = ? ORDER BY at DESC LIMIT -1 OFFSET ?)",
            (service, kept),
        )

    def find(self, identifier: str) -> Event:
        """One event; raises NotFoundError."""
        return there(self._events.find(identifier), identifier)
