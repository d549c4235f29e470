"""Which webhooks users have."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.hub.repositories.registry import Repository
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS hub_webhooks (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,         -- the user
    url TEXT NOT NULL,
    watched TEXT NOT NULL,       -- JSON: objects of type and name
    domains TEXT NOT NULL,       -- JSON
    secret TEXT,
    disabled INTEGER NOT NULL DEFAULT 0
);
"""


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A repository, or everything of a user or an organization."""

    type: str  # model, dataset, space, user or org
    name: str

    def covers(self, repository: Repository) -> bool:
        """Whether a repository is meant."""
        if self.type in {"user", "org"}:
            return self.name.lower() == repository.name.namespace.lower()
        return self.type == repository.kind and self.name.lower() == repository.id.lower()


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """One webhook; the columns are explained in the table."""

    id: str
    owner: str
    url: str
    watched: tuple[Watched, ...]
    domains: tuple[str, ...]
    secret: str | None = field(repr=False)
    disabled: bool = False


class WebhookRecords:
    """All webhooks. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def put(self, webhook: Webhook) -> Webhook:
        """Keeps a new one, or one that was changed."""
        watched = [{"type": each.type, "name": each.name} for each in webhook.watched]
        self._database.execute(
            "REPLACE INTO hub_webhooks (id, owner, url, watched, domains, secret, disabled)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(webhook.id, webhook.owner, webhook.url, json.dumps(watched)),
                *(json.dumps(webhook.domains), webhook.secret, webhook.disabled),
            ),
        )
        return webhook

    def delete(self, webhook: str) -> None:
        """Forgets one."""
        self._database.execute("DELETE FROM hub_webhooks WHERE id = ?", (webhook,))

    def find(self, webhook: str) -> Webhook | None:
        """The one with that id."""
        rows = self._database.query("SELECT * FROM hub_webhooks WHERE id = ?", (webhook,))
        return _webhook(rows[0]) if rows else None

    def all(self, owner: str | None = None) -> Sequence[Webhook]:
        """All, or a user's, oldest first."""
        rows = self._database.query(
            "SELECT * FROM hub_webhooks WHERE ? IS NULL OR owner = ? ORDER BY rowid",
            (owner, owner),
        )
        return [_webhook(row) for row in rows]


def new_id() -> str:
    """24 hex digits in the form of the Hub's object ids."""
    return secrets.token_hex(12)


def _webhook(row: Any) -> Webhook:  # noqa: ANN401 - sqlite3.Row is untyped
    return Webhook(
        id=row["id"],
        owner=row["owner"],
        url=row["url"],
        watched=tuple(Watched(**each) for each in json.loads(row["watched"])),
        domains=tuple(json.loads(row["domains"])),
        secret=row["secret"],
        disabled=bool(row["disabled"]),
    )
