"""Which webhooks users have."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sandbox.hub.repositories.registry import Repository
from sandbox.store.database import Database
from sandbox.store.table import Table

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
        database.create(_TABLES)
        self._webhooks = Table(database, "hub_webhooks", Webhook, order="rowid")

    def put(self, webhook: Webhook) -> Webhook:
        """Keeps a new one, or one that was changed."""
        self._webhooks.put(**vars(webhook))
        return webhook

    def delete(self, webhook: str) -> None:
        """Forgets one."""
        self._webhooks.drop(webhook)

    def find(self, webhook: str) -> Webhook | None:
        """The one with that id."""
        return self._webhooks.find(webhook)

    def all(self, owner: str | None = None) -> Sequence[Webhook]:
        """All, or a user's, oldest first."""
        return self._webhooks.where("? IS NULL OR owner = ?", owner, owner)


def new_id() -> str:
    """24 hex digits in the form of the Hub's object ids."""
    return secrets.token_hex(12)
