"""What is kept of workflow files and runs; logs are files beside. Neither holds secrets."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.job_records import JobRecord, JobRecords, StepRecord, moment
from sandbox.store.database import Database

__all__ = ["JobRecord", "Run", "RunRecords", "StepRecord", "WorkflowFile", "moment"]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS workflow_files (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    created TEXT NOT NULL,
    runs INTEGER NOT NULL DEFAULT 0,  -- counts run numbers
    UNIQUE (repository, path)
);
CREATE TABLE IF NOT EXISTS workflow_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    workflow INTEGER NOT NULL,
    repository TEXT NOT NULL,
    path TEXT NOT NULL,
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 1,
    event TEXT NOT NULL,
    ref TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    before_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    title TEXT NOT NULL,
    payload TEXT NOT NULL,            -- JSON; inputs or client_payload
    status TEXT NOT NULL,             -- queued, in_progress, completed
    conclusion TEXT,
    note TEXT,                        -- why no job could run, for people
    created TEXT NOT NULL,
    started TEXT NOT NULL,            -- of this attempt
    updated TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS workflow_runs_of ON workflow_runs (repository, commit_id);
"""
# Whether those who wait for a commit's checks were told of this run's good end.
_TOLD = "ALTER TABLE workflow_runs ADD COLUMN told INTEGER NOT NULL DEFAULT 1"


@dataclass(frozen=True, kw_only=True)
class Run:
    """A snapshot of one run; the columns are explained in the table."""

    id: int
    workflow: int
    repository: str
    path: str
    name: str
    number: int
    attempt: int
    event: str
    ref: str
    commit_id: str
    before_id: str
    actor: str
    title: str
    payload: Mapping[str, Any] = field(repr=False)
    status: str
    conclusion: str | None
    note: str | None
    created: str
    started: str
    updated: str
    told: bool

    @property
    def branch(self) -> str:
        """The branch or tag without its prefix."""
        return self.ref.removeprefix("refs/heads/").removeprefix("refs/tags/")


@dataclass(frozen=True, kw_only=True)
class WorkflowFile:
    """A workflow file that was seen in a repository; its id stays."""

    id: int
    repository: str
    path: str
    created: str


class RunRecords(JobRecords):
    """All tables: of workflow files and runs, and of jobs. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_SCHEMA, _TOLD)
        super().__init__(database)

    # --- workflow files

    def workflow(self, repository: str, path: str) -> WorkflowFile:
        """The workflow file of that path; a new one gets an id."""
        with self._database.transaction() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO workflow_files (repository, path, created) VALUES (?, ?, ?)",
                (repository, path, moment()),
            )
            row = connection.execute(
                "SELECT id, repository, path, created FROM workflow_files"
                " WHERE repository = ? AND path = ?",
                (repository, path),
            ).fetchone()
        return WorkflowFile(**row)

    def workflow_with_id(self, repository: str, workflow: int) -> WorkflowFile | None:
        """The workflow file of that id in a repository."""
        rows = self._database.query(
            "SELECT id, repository, path, created FROM workflow_files"
            " WHERE repository = ? AND id = ?",
            (repository, workflow),
        )
        return WorkflowFile(**rows[0]) if rows else None

    # --- runs

    def add_run(self, trigger: Trigger, path: str, *, name: str, title: str) -> Run:
        """Adds a queued run and gives it its number."""
        workflow = self.workflow(trigger.repository, path).id
        now = moment()
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE workflow_files SET runs = runs + 1 WHERE id = ?", (workflow,)
            )
            cursor = connection.execute(
                "INSERT INTO workflow_runs (workflow, repository, path, name, number, event, ref,"
                " commit_id, before_id, actor, title, payload, status, created, started, updated,"
                " told) VALUES (?, ?, ?, ?, (SELECT runs FROM workflow_files WHERE id = ?), ?, ?,"
                " ?, ?, ?, ?, ?, 'queued', ?, ?, ?, 0)",
                (
                    *(workflow, trigger.repository, path, name, workflow, trigger.event),
                    *(trigger.ref, trigger.commit, trigger.before, trigger.actor, title),
                    *(json.dumps(dict(trigger.payload)), now, now, now),
                ),
            )
            run = int(cursor.lastrowid or 0)
        return self.require(run)

    def get(self, run: int) -> Run | None:
        """The run with that id."""
        rows = self._database.query("SELECT * FROM workflow_runs WHERE id = ?", (run,))
        return _run(rows[0]) if rows else None

    def require(self, run: int) -> Run:
        """The run with that id, which is there; raises KeyError if it was forgotten meanwhile."""
        found = self.get(run)
        if found is None:
            raise KeyError(run)
        return found

    def runs(self, repository: str, *, workflow: int | None = None) -> list[Run]:
        """A repository's runs, newest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE repository = ? AND (? IS NULL OR workflow = ?)"
            " ORDER BY id DESC",
            (repository, workflow, workflow),
        )
        return [_run(row) for row in rows]

    def runs_of_commit(self, repository: str, commit: str) -> list[Run]:
        """The runs of one commit, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE repository = ? AND commit_id = ? ORDER BY id",
            (repository, commit),
        )
        return [_run(row) for row in rows]

    def unfinished(self) -> list[Run]:
        """The runs of every repository that are queued or in progress, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE status != 'completed' ORDER BY id"
        )
        return [_run(row) for row in rows]

    def untold(self) -> list[Run]:
        """The runs that ended well without those being told who wait for it, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE NOT told AND conclusion = 'success' ORDER BY id"
        )
        return [_run(row) for row in rows]

    def set_told(self, runs: Sequence[Run]) -> None:
        """Notes that those who wait for the checks were told of these runs."""
        for run in runs:
            self._database.execute("UPDATE workflow_runs SET told = 1 WHERE id = ?", (run.id,))

    def ended_beyond(self, repository: str, kept: int) -> list[int]:
        """The ids of a repository's ended runs that are older than the newest `kept`."""
        rows = self._database.query(
            "SELECT id FROM workflow_runs WHERE repository = ? AND status = 'completed'"
            " ORDER BY id DESC LIMIT -1 OFFSET ?",
            (repository, kept),
        )
        return [row["id"] for row in rows]

    def forget_run(self, run: int) -> None:
        """Removes a run with its jobs."""
        self._database.execute("DELETE FROM workflow_runs WHERE id = ?", (run,))

    def repositories(self) -> list[str]:
        """The repositories that have, or had, workflows."""
        rows = self._database.query("SELECT DISTINCT repository FROM workflow_files")
        return [row["repository"] for row in rows]

    def copy_job(self, job: int, attempt: int) -> int:
        """Lists an ended job in another attempt too, with its steps and summaries; its id there."""
        columns = "name, labels, environment, status, conclusion, note, outputs, created, started"
        with self._database.transaction() as connection:
            cursor = connection.execute(
                f"INSERT INTO workflow_jobs (run, attempt, key, completed, {columns})"  # noqa: S608 - named above
                f" SELECT run, ?, key, completed, {columns} FROM workflow_jobs WHERE id = ?",
                (attempt, job),
            )
            copy = int(cursor.lastrowid or 0)
            connection.execute(
                "INSERT INTO workflow_steps (job, number, name, status, conclusion, started,"
                " completed) SELECT ?, number, name, status, conclusion, started, completed"
                " FROM workflow_steps WHERE job = ?",
                (copy, job),
            )
            connection.execute(
                "INSERT INTO workflow_summaries (job, step, content)"
                " SELECT ?, step, content FROM workflow_summaries WHERE job = ? ORDER BY rowid",
                (copy, job),
            )
        return copy

    def set_run(self, run: int, **values: object) -> None:
        """Changes columns of a run."""
        self._set("workflow_runs", run, {**values, "updated": moment()})

    def forget(self, repository: str) -> None:
        """Removes everything of a repository."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM workflow_runs WHERE repository = ?", (repository,))
            connection.execute("DELETE FROM workflow_files WHERE repository = ?", (repository,))


def _run(row: Any) -> Run:  # noqa: ANN401 - sqlite3.Row is untyped
    decoded = {"payload": json.loads(row["payload"]), "told": bool(row["told"])}
    return Run(**{**dict(row), **decoded})
