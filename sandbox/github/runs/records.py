"""What is kept of workflow files and runs; logs are files beside. Neither holds secrets."""

import json
import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.job_records import RUNS, JobRecord, JobRecords, StepRecord, moment
from sandbox.github.runs.run_tables import TABLES
from sandbox.store.database import Database

__all__ = ["JobRecord", "Run", "RunRecords", "StepRecord", "WorkflowFile", "moment"]


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
    head_repository: str
    head_branch: str
    head_id: str
    told: bool
    whole: int  # the last attempt that ran every job
    called: Sequence[Mapping[str, str]]  # workflows that its jobs call: path, sha and ref

    @property
    def ref_name(self) -> str:
        """The branch, tag or trial merge (`7/merge`) without its prefix."""
        return re.sub(r"^refs/(?:heads|tags|pull)/", "", self.ref)

    @property
    def branch(self) -> str:
        """The branch or tag that caused it; of a pull request its head."""
        return self.head_branch or self.ref_name

    @property
    def checked(self) -> str:
        """The commit that its checks are about; of a pull request its newest one."""
        return self.head_id or self.commit_id

    @property
    def foreign(self) -> bool:
        """Whether it runs what a fork proposes: without secrets, and with a token that reads."""
        proposed = self.event.startswith("pull_request") and self.event != "pull_request_target"
        return proposed and self.head_repository.lower() != self.repository.lower()


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
        database.create(*TABLES)
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

    def add_run(
        self,
        trigger: Trigger,
        path: str,
        *,
        name: str,
        title: str,
        called: Sequence[Mapping[str, str]] = (),
    ) -> Run:
        """Adds a queued run and gives it its number."""
        workflow = self.workflow(trigger.repository, path).id
        now, head = moment(), trigger.head
        with self._database.transaction() as connection:
            connection.execute(
                "UPDATE workflow_files SET runs = runs + 1 WHERE id = ?", (workflow,)
            )
            cursor = connection.execute(
                "INSERT INTO workflow_runs (workflow, repository, path, name, number, event, ref,"
                " commit_id, before_id, actor, title, payload, status, created, started, updated,"
                " head_repository, head_branch, head_id, told, called)"
                " VALUES (?, ?, ?, ?, (SELECT runs FROM workflow_files WHERE id = ?), ?, ?, ?, ?,"
                " ?, ?, ?, 'queued', ?, ?, ?, ?, ?, ?, 0, ?)",
                (
                    *(workflow, trigger.repository, path, name, workflow, trigger.event),
                    *(trigger.ref, trigger.commit, trigger.before, trigger.actor, title),
                    *(json.dumps(dict(trigger.payload)), now, now, now),
                    *(
                        ("", "", "")
                        if head is None
                        else (head.repository, head.branch, head.commit)
                    ),
                    json.dumps([dict(each) for each in called]),
                ),
            )
            run = int(cursor.lastrowid or 0)
            self._tell(RUNS, run)
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
        """The runs of one commit's tree, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE repository = ? AND commit_id = ? ORDER BY id",
            (repository, commit),
        )
        return [_run(row) for row in rows]

    def runs_on(self, repository: str, commit: str) -> list[Run]:
        """The runs whose checks are about a commit, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE repository = ?"
            " AND (head_id = ? OR (head_id = '' AND commit_id = ?)) ORDER BY id",
            (repository, commit, commit),
        )
        return [_run(row) for row in rows]

    def unfinished(self) -> list[Run]:
        """The runs of every repository that are queued or in progress, oldest first."""
        rows = self._database.query(
            "SELECT * FROM workflow_runs WHERE status != 'completed' ORDER BY id"
        )
        return [_run(row) for row in rows]

    def changing(self) -> AbstractContextManager[object]:
        """Around changes that are all kept, or none."""
        return self._database.transaction()

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
        self._set(RUNS, run, {**values, "updated": moment()})

    def forget(self, repository: str) -> None:
        """Removes everything of a repository."""
        with self._database.transaction() as connection:
            connection.execute("DELETE FROM workflow_runs WHERE repository = ?", (repository,))
            connection.execute("DELETE FROM workflow_files WHERE repository = ?", (repository,))


def _run(row: Any) -> Run:  # noqa: ANN401 - sqlite3.Row is untyped
    decoded = {key: json.loads(row[key]) for key in ("payload", "called")}
    decoded["told"] = bool(row["told"])
    return Run(**{**dict(row), **decoded})
