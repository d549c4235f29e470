"""Deployments and their statuses: what was brought where, as callers told it."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.github.http.clock import now
from sandbox.store.database import Database

STATES = ("error", "failure", "inactive", "in_progress", "queued", "pending", "success")

_TABLES = """
CREATE TABLE IF NOT EXISTS github_deployments (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    fields TEXT NOT NULL,        -- JSON: ref, task, environment, payload, …
    creator TEXT NOT NULL,       -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS github_deployment_statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    deployment INTEGER NOT NULL REFERENCES github_deployments (id) ON DELETE CASCADE,
    state TEXT NOT NULL,
    fields TEXT NOT NULL,        -- JSON: description, log_url, environment_url, …
    creator TEXT NOT NULL,
    created_at TEXT NOT NULL
);
"""


@dataclass(frozen=True)
class Deployment:
    """One deployment."""

    id: int
    sha: str
    fields: Mapping[str, Any]
    creator: str
    created_at: str
    updated_at: str


@dataclass(frozen=True)
class DeploymentStatus:
    """One word about a deployment."""

    id: int
    state: str
    fields: Mapping[str, Any]
    creator: str
    created_at: str


class Deployments:
    """All deployments. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)

    def add(self, repository: int, sha: str, fields: Mapping[str, Any], creator: str) -> Deployment:
        """A new deployment."""
        moment = now()
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO github_deployments"
                " (repository, sha, fields, creator, created_at, updated_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (repository, sha, json.dumps(fields), creator, moment, moment),
            ).lastrowid
        return Deployment(int(number or 0), sha, fields, creator, moment, moment)

    def list(self, repository: int) -> Sequence[Deployment]:
        """A repository's, newest first."""
        rows = self._database.query(
            "SELECT * FROM github_deployments WHERE repository = ? ORDER BY id DESC", (repository,)
        )
        return [_deployment(row) for row in rows]

    def find(self, repository: int, number: int) -> Deployment | None:
        """The repository's deployment with that number."""
        return next((each for each in self.list(repository) if each.id == number), None)

    def delete(self, deployment: Deployment) -> None:
        """Forgets a deployment."""
        self._database.execute("DELETE FROM github_deployments WHERE id = ?", (deployment.id,))

    def add_status(
        self, deployment: Deployment, state: str, fields: Mapping[str, Any], creator: str
    ) -> DeploymentStatus:
        """Another word about a deployment."""
        moment = now()
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO github_deployment_statuses"
                " (deployment, state, fields, creator, created_at) VALUES (?, ?, ?, ?, ?)",
                (deployment.id, state, json.dumps(fields), creator, moment),
            ).lastrowid
            connection.execute(
                "UPDATE github_deployments SET updated_at = ? WHERE id = ?",
                (moment, deployment.id),
            )
        return DeploymentStatus(int(number or 0), state, fields, creator, moment)

    def statuses(self, deployment: Deployment) -> Sequence[DeploymentStatus]:
        """What was said about a deployment, newest first."""
        rows = self._database.query(
            "SELECT * FROM github_deployment_statuses WHERE deployment = ? ORDER BY id DESC",
            (deployment.id,),
        )
        return [
            DeploymentStatus(
                row["id"],
                row["state"],
                json.loads(row["fields"]),
                row["creator"],
                row["created_at"],
            )
            for row in rows
        ]


def _deployment(row: sqlite3.Row) -> Deployment:
    return Deployment(
        row["id"],
        row["sha"],
        json.loads(row["fields"]),
        row["creator"],
        row["created_at"],
        row["updated_at"],
    )
