"""Commit statuses: what checks have said about commits."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.github.http.errors import UnprocessableError
from sandbox.github.http.job_tokens import ACTIONS
from sandbox.store.database import Database
from sandbox.store.table import Table

STATES = ("error", "failure", "pending", "success")
_LIMIT = 1000  # of one commit and context

_TABLES = """
CREATE TABLE IF NOT EXISTS github_statuses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    sha TEXT NOT NULL,
    state TEXT NOT NULL,
    context TEXT NOT NULL,
    description TEXT,
    target_url TEXT,
    creator TEXT NOT NULL,       -- login
    created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS github_statuses_of_commit ON github_statuses (repository, sha);
"""
# The platform keeps all there ever were; here the oldest end with the sandbox's disk.
_KEPT, _SOME = 200_000, 1000  # of all repositories; looked at every so often


@dataclass(frozen=True, kw_only=True)
class Status:
    """One status."""

    id: int
    sha: str
    state: str
    context: str
    description: str | None
    target_url: str | None
    creator: str
    created_at: str


class Statuses:
    """All commit statuses. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_TABLES)
        self._statuses = Table(database, "github_statuses", Status, order="id DESC")

    def add(
        self,
        repository: int,
        sha: str,
        *,
        state: str,
        context: str = "default",
        description: str | None = None,
        target_url: str | None = None,
        creator: str,
    ) -> Status:
        """A new one; the newest of a context counts. Raises UnprocessableError for too many."""
        with self._database.transaction() as connection:
            count = connection.execute(
                "SELECT count(*) FROM github_statuses"
                " WHERE repository = ? AND sha = ? AND context = ?",
                (repository, sha, context),
            ).fetchone()[0]
            if count >= _LIMIT:
                raise UnprocessableError(
                    "Validation Failed",
                    f"This SHA and context has reached the maximum number of statuses ({_LIMIT}).",
                )
            number = self._statuses.add(
                repository=repository,
                sha=sha,
                state=state,
                context=context,
                description=description,
                target_url=target_url,
                creator=creator,
                created_at=now(),
            )
            if number % _SOME == 0:
                self._statuses.drop_where("id <= ?", number - _KEPT)
        return self._statuses.get(number)

    def all(self, repository: int, sha: str) -> Sequence[Status]:
        """Every status of a commit, newest first."""
        return self._statuses.where("repository = ? AND sha = ?", repository, sha)

    def newest(self, repository: int, sha: str) -> Sequence[Status]:
        """The newest of each context, newest first."""
        found: dict[str, Status] = {}
        for each in self.all(repository, sha):
            found.setdefault(each.context, each)
        return list(found.values())

    def passed(self, repository: int, sha: str) -> set[str]:
        """The contexts that are well, and the jobs: a rule names a job without its workflow."""
        names: dict[str, bool] = {}
        for each in self.newest(repository, sha):
            well = each.state == "success"
            job = each.context.rpartition(" / ")[2] if each.creator == ACTIONS else each.context
            for name in {each.context, job}:
                names[name] = names.get(name, True) and well
        return {name for name, well in names.items() if well}


def combined(statuses: Sequence[Status]) -> str:
    """Is failure if any is bad, success if all are well and there are any, else pending."""
    states = {each.state for each in statuses}
    if states & {"error", "failure"}:
        return "failure"
    return "success" if states == {"success"} else "pending"
