"""Deployments and their statuses: what was brought where, as callers told it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

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
        self._deployments = Table(database, "github_deployments", Deployment, order="id DESC")
        self._statuses = Table(
            database, "github_deployment_statuses", DeploymentStatus, order="id DESC"
        )

    def add(self, repository: int, sha: str, fields: Mapping[str, Any], creator: str) -> Deployment:
        """A new deployment."""
        moment = now()
        return self._deployments.added(
            repository=repository,
            sha=sha,
            fields=fields,
            creator=creator,
            created_at=moment,
            updated_at=moment,
        )

    def list(self, repository: int) -> Sequence[Deployment]:
        """A repository's, newest first."""
        return self._deployments.where("repository = ?", repository)

    def find(self, repository: int, number: int) -> Deployment | None:
        """The repository's deployment with that number."""
        return self._deployments.first("repository = ? AND id = ?", repository, number)

    def delete(self, deployment: Deployment) -> None:
        """Forgets a deployment."""
        self._deployments.drop(deployment.id)

    def add_status(
        self, deployment: Deployment, state: str, fields: Mapping[str, Any], creator: str
    ) -> DeploymentStatus:
        """Another word about a deployment."""
        moment = now()
        with self._database.transaction():
            number = self._statuses.add(
                deployment=deployment.id,
                state=state,
                fields=fields,
                creator=creator,
                created_at=moment,
            )
            self._deployments.set(deployment.id, updated_at=moment)
        return self._statuses.get(number)

    def statuses(self, deployment: Deployment) -> Sequence[DeploymentStatus]:
        """What was said about a deployment, newest first."""
        return self._statuses.where("deployment = ?", deployment.id)
