"""Environments of repositories: what protects them, and which references may deploy there."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.http.clock import now
from sandbox.store.database import Database

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

    def list(self, repository: int) -> Sequence[Environment]:
        """A repository's, oldest first."""
        rows = self._database.query(
            "SELECT * FROM github_environments WHERE repository = ? ORDER BY id", (repository,)
        )
        return [_environment(row) for row in rows]

    def find(self, repository: int, name: str) -> Environment | None:
        """The environment of that name, whatever its case."""
        rows = self._database.query(
            "SELECT * FROM github_environments WHERE repository = ? AND name = ?",
            (repository, name),
        )
        return _environment(rows[0]) if rows else None

    def put(self, repository: int, name: str, protection: Protection) -> Environment:
        """Makes an environment, or replaces all that protects it."""
        text = json.dumps(vars(protection))
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT INTO github_environments"
                " (repository, name, protection, created_at, updated_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT DO UPDATE SET protection = excluded.protection,"
                " updated_at = excluded.updated_at",
                (repository, name, text, now(), now()),
            )
            row = connection.execute(
                "SELECT * FROM github_environments WHERE repository = ? AND name = ?",
                (repository, name),
            ).fetchone()
            if protection.branches != "custom":
                connection.execute(
                    "DELETE FROM github_branch_policies WHERE environment = ?", (row["id"],)
                )
        return _environment(row)

    def delete(self, environment: Environment) -> None:
        """Forgets an environment and its policies."""
        self._database.execute("DELETE FROM github_environments WHERE id = ?", (environment.id,))

    def policies(self, environment: Environment) -> Sequence[BranchPolicy]:
        """Its custom branch policies, oldest first."""
        rows = self._database.query(
            "SELECT id, name, type FROM github_branch_policies WHERE environment = ? ORDER BY id",
            (environment.id,),
        )
        return [BranchPolicy(**dict(row)) for row in rows]

    def add_policy(self, environment: Environment, name: str, kind: str) -> BranchPolicy | None:
        """A new custom policy; None if there is one like it."""
        try:
            with self._database.transaction() as connection:
                number = connection.execute(
                    "INSERT INTO github_branch_policies (environment, name, type) VALUES (?, ?, ?)",
                    (environment.id, name, kind),
                ).lastrowid
        except sqlite3.IntegrityError:
            return None
        return BranchPolicy(int(number or 0), name, kind)

    def rename_policy(self, policy: BranchPolicy, name: str) -> BranchPolicy:
        """Gives a policy another pattern."""
        self._database.execute(
            "UPDATE github_branch_policies SET name = ? WHERE id = ?", (name, policy.id)
        )
        return BranchPolicy(policy.id, name, policy.type)

    def delete_policy(self, policy: BranchPolicy) -> None:
        """Forgets a policy."""
        self._database.execute("DELETE FROM github_branch_policies WHERE id = ?", (policy.id,))


def _environment(row: sqlite3.Row) -> Environment:
    protection = Protection(**json.loads(row["protection"]))
    return Environment(
        row["id"],
        row["repository"],
        row["name"],
        protection,
        row["created_at"],
        row["updated_at"],
    )
