"""Rulesets of repositories, kept as callers wrote them."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.http.clock import now
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.settings.patterns import concerns
from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS github_rulesets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    target TEXT NOT NULL,            -- branch, tag or push
    enforcement TEXT NOT NULL,       -- disabled, active or evaluate
    bypass_actors TEXT NOT NULL,     -- JSON; so are the others
    conditions TEXT NOT NULL,
    rules TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a caller decides about a ruleset."""

    name: str
    enforcement: str
    target: str = "branch"
    bypass_actors: Sequence[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])
    conditions: Mapping[str, Any] = field(default_factory=dict[str, Any])
    rules: Sequence[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])


@dataclass(frozen=True, kw_only=True)
class Ruleset(Wanted):
    """One ruleset as it stood when it was looked up."""

    id: int
    repository: int
    created_at: str
    updated_at: str

    def concerns(self, ref: str, default_branch: str) -> bool:
        """Whether it is in force for a full reference."""
        kinds = {"branch": "refs/heads/", "tag": "refs/tags/"}
        condition = self.conditions.get("ref_name") or {}
        return (
            self.enforcement == "active"
            and ref.startswith(kinds.get(self.target, "refs/"))
            and concerns(
                ref, condition.get("include") or [], condition.get("exclude") or [], default_branch
            )
        )

    def bypass(self, user: int, *, admin: bool) -> str | None:
        """In which mode (always, pull_request, exempt) a user passes it by; None if not at all."""
        for actor in self.bypass_actors:
            kind, number = actor["actor_type"], actor.get("actor_id")
            role = kind == "RepositoryRole" and number in _ROLES_OF_ADMINS and admin
            owner = admin and kind == "OrganizationAdmin"
            if role or owner or (kind == "User" and number == user):
                return str(actor.get("bypass_mode") or "always")
        return None


_ROLES_OF_ADMINS = (2, 4, 5)  # maintain, write, admin: an administrator has them all


class Rulesets:
    """All rulesets. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._rulesets = Table(database, "github_rulesets", Ruleset)

    def list(self, repository: int) -> Sequence[Ruleset]:
        """A repository's, oldest first."""
        return self._rulesets.where("repository = ?", repository)

    def find(self, repository: int, number: int) -> Ruleset | None:
        """The repository's ruleset with that number."""
        return self._rulesets.first("repository = ? AND id = ?", repository, number)

    def rules_for(
        self, repository: int, ref: str, default_branch: str
    ) -> Sequence[Mapping[str, Any]]:
        """The rules in force for a full reference, of all rulesets."""
        return [
            rule
            for each in self.list(repository)
            if each.concerns(ref, default_branch)
            for rule in each.rules
        ]

    def add(self, repository: int, wanted: Wanted) -> Ruleset:
        """A new one; raises UnprocessableError if its name is taken."""
        moment = now()
        with _unique_name():
            return self._rulesets.added(
                repository=repository, **vars(wanted), created_at=moment, updated_at=moment
            )

    def change(self, found: Ruleset, wanted: Wanted) -> Ruleset:
        """Replaces one; raises UnprocessableError if its name is another's."""
        with _unique_name():
            return self._rulesets.changed(found.id, **vars(wanted), updated_at=now())

    def delete(self, found: Ruleset) -> None:
        """Forgets one."""
        self._rulesets.drop(found.id)


@contextmanager
def _unique_name() -> Iterator[None]:
    """Turns the table's refusal of a second name into the platform's."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise UnprocessableError("Validation Failed", "Name must be unique") from None
