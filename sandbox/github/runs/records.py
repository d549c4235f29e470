"""What is kept of workflow files and runs; logs are files beside. Neither holds secrets."""

import re
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.job_records import RUNS, JobRecord, JobRecords, StepRecord, moment
from sandbox.github.runs.run_tables import TABLES
from sandbox.store.database import Database
from sandbox.store.table import Table

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
        self._files = Table(database, "workflow_files", WorkflowFile)
        self._runs = Table(database, RUNS, Run)

    # --- workflow files

    def workflow(self, repository: str, path: str) -> WorkflowFile:
        """The workflow file of that path; a new one gets an id."""
        with self._database.transaction():
            found = self._files.first("repository = ? AND path = ?", repository, path)
            if found is not None:
                return found
            return self._files.added(repository=repository, path=path, created=moment())

    def workflow_with_id(self, repository: str, workflow: int) -> WorkflowFile | None:
        """The workflow file of that id in a repository."""
        return self._files.first("repository = ? AND id = ?", repository, workflow)

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
            counted = connection.execute(
                "SELECT runs FROM workflow_files WHERE id = ?", (workflow,)
            )
            run = self._runs.add(
                workflow=workflow,
                repository=trigger.repository,
                path=path,
                name=name,
                number=counted.fetchone()[0],
                event=trigger.event,
                ref=trigger.ref,
                commit_id=trigger.commit,
                before_id=trigger.before,
                actor=trigger.actor,
                title=title,
                payload=trigger.payload,
                status="queued",
                created=now,
                started=now,
                updated=now,
                head_repository="" if head is None else head.repository,
                head_branch="" if head is None else head.branch,
                head_id="" if head is None else head.commit,
                told=0,
                called=called,
            )
            self._tell(RUNS, run)
        return self.require(run)

    def get(self, run: int) -> Run | None:
        """The run with that id."""
        return self._runs.find(run)

    def require(self, run: int) -> Run:
        """The run with that id, which is there; raises KeyError if it was forgotten meanwhile."""
        return self._runs.get(run)

    def runs(self, repository: str, *, workflow: int | None = None) -> list[Run]:
        """A repository's runs, newest first."""
        wanted = "repository = ? AND (? IS NULL OR workflow = ?)"
        return self._runs.where(wanted, repository, workflow, workflow)[::-1]

    def runs_of_commit(self, repository: str, commit: str) -> list[Run]:
        """The runs of one commit's tree, oldest first."""
        return self._runs.where("repository = ? AND commit_id = ?", repository, commit)

    def runs_on(self, repository: str, commit: str) -> list[Run]:
        """The runs whose checks are about a commit, oldest first."""
        about = "repository = ? AND (head_id = ? OR (head_id = '' AND commit_id = ?))"
        return self._runs.where(about, repository, commit, commit)

    def unfinished(self) -> list[Run]:
        """The runs of every repository that are queued or in progress, oldest first."""
        return self._runs.where("status != 'completed'")

    def changing(self) -> AbstractContextManager[object]:
        """Around changes that are all kept, or none."""
        return self._database.transaction()

    def untold(self) -> list[Run]:
        """The runs that ended well without those being told who wait for it, oldest first."""
        return self._runs.where("NOT told AND conclusion = 'success'")

    def set_told(self, runs: Sequence[Run]) -> None:
        """Notes that those who wait for the checks were told of these runs."""
        for run in runs:
            self._runs.set(run.id, told=1)

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
        self._runs.drop(run)

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
        with self._database.transaction():
            self._runs.set(run, **{**values, "updated": moment()})
            if "status" in values:
                self._tell(RUNS, run)

    def forget(self, repository: str) -> None:
        """Removes everything of a repository."""
        with self._database.transaction():
            self._runs.drop_where("repository = ?", repository)
            self._files.drop_where("repository = ?", repository)
