"""Which webhooks there are. Their secrets are kept for signing, and shown to nobody."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from sandbox.github.hooks.kinds import EVERYTHING
from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

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
class Hook(Config):
    """One webhook; the columns are explained in the table."""

    id: int
    repository: int
    events: tuple[str, ...]
    active: bool
    created_at: str
    updated_at: str
    last_code: int | None
    last_message: str | None

    @property
    def config(self) -> Config:
        """That part of it."""
        return Config(**{each.name: getattr(self, each.name) for each in fields(Config)})

    def hears(self, event: str) -> bool:
        """Whether it is told of an event."""
        return self.active and (event in self.events or EVERYTHING in self.events)


class Hooks:
    """All webhooks of repositories. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._hooks = Table(database, "github_hooks", Hook)

    def add(self, repository: int, config: Config, events: Sequence[str], *, active: bool) -> Hook:
        """A new one."""
        moment = now()
        return self._hooks.added(
            repository=repository,
            **vars(config),
            events=list(events),
            active=active,
            created_at=moment,
            updated_at=moment,
        )

    def change(self, hook: Hook, config: Config, events: Sequence[str], *, active: bool) -> Hook:
        """One with other settings."""
        return self._hooks.changed(
            hook.id, **vars(config), events=list(events), active=active, updated_at=now()
        )

    def answered(self, hook: int, code: int, message: str) -> None:
        """Notes what its last delivery came to."""
        self._hooks.set(hook, last_code=code, last_message=message)

    def delete(self, hook: Hook) -> None:
        """Forgets one."""
        self._hooks.drop(hook.id)

    def find(self, hook: int) -> Hook | None:
        """The one with that number."""
        return self._hooks.find(hook)

    def of(self, repository: int) -> Sequence[Hook]:
        """A repository's, oldest first."""
        return self._hooks.where("repository = ?", repository)
