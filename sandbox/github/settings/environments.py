"""Environments of repositories: what protects them, and which references may deploy there."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS github_environments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    name TEXT NOT NULL COLLATE NOCASE,
    protection TEXT NOT NULL,    -- JSON: the fields of Protection
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (repository, name)
);
CREATE TABLE IF NOT EXISTS github_branch_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    environment INTEGER NOT NULL REFERENCES github_environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    type TEXT NOT NULL,          -- branch or tag
    UNIQUE (environment, name, type)
);
"""


@dataclass(frozen=True, kw_only=True)
class Protection:
    """What stands between a job and an environment."""

    wait_timer: int = 0  # minutes
    prevent_self_review: bool = False
    reviewers: Sequence[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    # protected or custom: which branches may deploy; None for all
    branches: str | None = None
    can_admins_bypass: bool = True


@dataclass(frozen=True)
class Environment:
    """One environment as it stood when it was looked up."""

    id: int
    repository: int
    name: str
    protection: Protection
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class BranchPolicy:
    """A pattern of branches or tags that may deploy."""

    id: int
    name: str
    type: str


class Environments:
    """All environments. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._environments = Table(database, "github_environments", Environment)
        self._policies = Table(database, "github_branch_policies", BranchPolicy)

    def list(self, repository: int) -> Sequence[Environment]:
        """A repository's, oldest first."""
        return self._environments.where("repository = ?", repository)

    def find(self, repository: int, name: str) -> Environment | None:
        """The environment of that name, whatever its case."""
        return self._environments.first("repository = ? AND name = ?", repository, name)

    def put(self, repository: int, name: str, protection: Protection) -> Environment:
        """Makes an environment, or replaces all that protects it."""
        with self._database.transaction():
            found, moment = self.find(repository, name), now()
            values = {"protection": protection, "updated_at": moment}
            if found is None:
                added = {"repository": repository, "name": name, "created_at": moment}
                number = self._environments.add(**added, **values)
            else:
                number = found.id
                self._environments.set(number, **values)
            if protection.branches != "custom":
                self._policies.drop_where("environment = ?", number)
        return self._environments.get(number)

    def delete(self, environment: Environment) -> None:
        """Forgets an environment and its policies."""
        self._environments.drop(environment.id)

    def policies(self, environment: Environment) -> Sequence[BranchPolicy]:
        """Its custom branch policies, oldest first."""
        return self._policies.where("environment = ?", environment.id)

    def add_policy(self, environment: Environment, name: str, kind: str) -> BranchPolicy | None:
        """A new custom policy; None if there is one like it."""
        try:
            return self._policies.added(environment=environment.id, name=name, type=kind)
        except sqlite3.IntegrityError:
            return None

    def rename_policy(self, policy: BranchPolicy, name: str) -> BranchPolicy:
        """Gives a policy another pattern."""
        return self._policies.changed(policy.id, name=name)

    def delete_policy(self, policy: BranchPolicy) -> None:
        """Forgets a policy."""
        self._policies.drop(policy.id)
