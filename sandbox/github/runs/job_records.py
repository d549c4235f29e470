"""What is kept of jobs and their steps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.store.database import Database
from sandbox.store.table import Table

RUNS, JOBS = "workflow_runs", "workflow_jobs"  # the tables whose changes are told

_SCHEMA = """
CREATE TABLE IF NOT EXISTS workflow_jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES workflow_runs (id) ON DELETE CASCADE,
    attempt INTEGER NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    labels TEXT NOT NULL,             -- JSON; runs-on
    environment TEXT,
    status TEXT NOT NULL,
    conclusion TEXT,
    note TEXT,
    outputs TEXT NOT NULL DEFAULT '{}',
    created TEXT NOT NULL,
    started TEXT,
    completed TEXT
);
CREATE INDEX IF NOT EXISTS workflow_jobs_of ON workflow_jobs (run, attempt);
CREATE TABLE IF NOT EXISTS workflow_steps (
    job INTEGER NOT NULL REFERENCES workflow_jobs (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    conclusion TEXT,
    started TEXT,
    completed TEXT,
    PRIMARY KEY (job, number)
);
CREATE TABLE IF NOT EXISTS workflow_summaries (
    job INTEGER NOT NULL REFERENCES workflow_jobs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    content TEXT NOT NULL
);
"""


@dataclass(frozen=True, kw_only=True)
class JobRecord:
    """A snapshot of one job of one attempt."""

    id: int
    run: int
    attempt: int
    key: str
    name: str
    labels: Sequence[str]
    environment: str | None
    status: str
    conclusion: str | None
    note: str | None
    outputs: Mapping[str, str] = field(repr=False)
    created: str
    started: str | None
    completed: str | None


@dataclass(frozen=True, kw_only=True)
class StepRecord:
    """A snapshot of one step."""

    job: int
    number: int
    name: str
    status: str
    conclusion: str | None
    started: str | None
    completed: str | None


def moment() -> str:
    """This second, in UTC, as GitHub writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class JobRecords:
    """The tables of jobs, steps and summaries. Thread-safe; the table of runs is there before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # Told of (table, id) whenever the status of a run or job was set, in the transaction.
        self.listeners: list[Callable[[str, int], object]] = []
        database.create(_SCHEMA)
        self._jobs = Table(database, JOBS, JobRecord)
        self._steps = Table(database, "workflow_steps", StepRecord, key="number")

    def add_job(self, run: int, attempt: int, *, key: str, name: str, labels: Sequence[str]) -> int:
        """Adds a queued job; its id."""
        with self._database.transaction():
            job = self._jobs.add(
                run=run,
                attempt=attempt,
                key=key,
                name=name,
                labels=list(labels),
                status="queued",
                created=moment(),
            )
            self._tell(JOBS, job)
        return job

    def job(self, job: int) -> JobRecord | None:
        """The job with that id."""
        return self._jobs.find(job)

    def jobs(self, run: int, attempt: int | None = None) -> list[JobRecord]:
        """A run's jobs, of one attempt or of all, in the order they were made."""
        return self._jobs.where("run = ? AND (? IS NULL OR attempt = ?)", run, attempt, attempt)

    def set_job(self, job: int, **values: object) -> None:
        """Changes columns of a job."""
        with self._database.transaction():
            self._jobs.set(job, **values)
            if "status" in values:
                self._tell(JOBS, job)

    def add_steps(self, job: int, names: Sequence[str]) -> None:
        """Adds a job's steps, numbered from 1."""
        with self._database.transaction() as connection:
            connection.executemany(
                "INSERT INTO workflow_steps (job, number, name, status) VALUES (?, ?, ?, 'queued')",
                [(job, number, name) for number, name in enumerate(names, start=1)],
            )

    def set_step(self, job: int, number: int, **values: object) -> None:
        """Changes columns of a step."""
        self._steps.set_where(values, "job = ? AND number = ?", job, number)

    def steps(self, job: int) -> list[StepRecord]:
        """A job's steps in order."""
        return self._steps.where("job = ?", job)

    def add_summary(self, job: int, step: int, content: str) -> None:
        """Keeps what a step wrote to GITHUB_STEP_SUMMARY."""
        self._database.execute(
            "INSERT INTO workflow_summaries (job, step, content) VALUES (?, ?, ?)",
            (job, step, content),
        )

    def summaries(self, job: int) -> list[str]:
        """What a job's steps wrote to their summaries, in order."""
        rows = self._database.query(
            "SELECT content FROM workflow_summaries WHERE job = ? ORDER BY rowid", (job,)
        )
        return [row["content"] for row in rows]

    def _tell(self, table: str, row: int) -> None:
        for listener in self.listeners:
            listener(table, row)
