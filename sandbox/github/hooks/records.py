"""Which webhooks there are. Their secrets are kept for signing, and shown to nobody."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.hooks.kinds import EVERYTHING
from sandbox.github.http.clock import now
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS github_hooks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    content_type TEXT NOT NULL,  -- json or form
    insecure_ssl INTEGER NOT NULL,
    secret TEXT,
    events TEXT NOT NULL,        -- JSON
    active INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    last_code INTEGER,           -- of the last delivery; NULL before the first
    last_message TEXT
);
CREATE INDEX IF NOT EXISTS github_hooks_of ON github_hooks (repository);
"""


@dataclass(frozen=True, kw_only=True)
class Config:
    """Where a webhook leads, and how."""

    url: str
    content_type: str
    insecure_ssl: bool
    secret: str | None = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Hook:
    """One webhook; the columns are explained in the table."""

    id: int
    repository: int
    config: Config
    events: tuple[str, ...]
    active: bool
    created_at: str
    updated_at: str
    last_code: int | None
    last_message: str | None

    def hears(self, event: str) -> bool:
        """Whether it is told of an event."""
        return self.active and (event in self.events or EVERYTHING in self.events)


class Hooks:
    """All webhooks of repositories. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def add(self, repository: int, config: Config, events: Sequence[str], *, active: bool) -> Hook:
        """A new one."""
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO github_hooks (repository, url, content_type, insecure_ssl, secret,"
                " events, active, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (repository, *_columns(config), json.dumps(list(events)), active, now(), now()),
            ).lastrowid
            return _row(connection, number)

    def change(self, hook: Hook, config: Config, events: Sequence[str], *, active: bool) -> Hook:
        """One with other settings."""
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE github_hooks SET url = ?, content_type = ?, insecure_ssl = ?, secret = ?,"
                " events = ?, active = ?, updated_at = ? WHERE id = ?",
                (*_columns(config), json.dumps(list(events)), active, now(), hook.id),
            )
            return _row(connection, hook.id)

    def answered(self, hook: int, code: int, message: str) -> None:
        """Notes what its last delivery came to."""
        self._database.execute(
            "UPDATE github_hooks SET last_code = ?, last_message = ? WHERE id = ?",
            (code, message, hook),
        )

    def delete(self, hook: Hook) -> None:
        """Forgets one."""
        self._database.execute("DELETE FROM github_hooks WHERE id = ?", (hook.id,))

    def find(self, hook: int) -> Hook | None:
        """The one with that number."""
        rows = self._database.query("SELECT * FROM github_hooks WHERE id = ?", (hook,))
        return _hook(rows[0]) if rows else None

    def of(self, repository: int) -> Sequence[Hook]:
        """A repository's, oldest first."""
        rows = self._database.query(
            "SELECT * FROM github_hooks WHERE repository = ? ORDER BY id", (repository,)
        )
        return [_hook(row) for row in rows]


def _columns(config: Config) -> tuple[object, ...]:
    return config.url, config.content_type, config.insecure_ssl, config.secret


def _row(connection: sqlite3.Connection, number: int | None) -> Hook:
    found = connection.execute("SELECT * FROM github_hooks WHERE id = ?", (number,))
    return _hook(found.fetchone())


def _hook(row: Any) -> Hook:  # noqa: ANN401 - sqlite3.Row is untyped
    return Hook(
        id=row["id"],
        repository=row["repository"],
        config=Config(
            url=row["url"],
            content_type=row["content_type"],
            insecure_ssl=bool(row["insecure_ssl"]),
            secret=row["secret"],
        ),
        events=tuple(json.loads(row["events"])),
        active=bool(row["active"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        last_code=row["last_code"],
        last_message=row["last_message"],
    )
