"""What a job is given to run, what it works with, and how it ended."""

import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.github.http.job_tokens import Grant
from sandbox.github.runs.calls.scope import Scope
from sandbox.github.runs.permissions import Permissions
from sandbox.github.runs.planning.concurrency import Groups
from sandbox.github.runs.planning.event import Addresses
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.source import Sources
from sandbox.github.runs.planning.workflow import Job, Workflow
from sandbox.github.runs.records import Run, RunRecords
from sandbox.github.runs.runners.runner import Runner
from sandbox.github.service import GitHubService

# The variables with which a job proves who it is, while the block lasts.
Identify = Callable[["JobTask"], AbstractContextManager[Mapping[str, str]]]

SUCCESS, FAILURE, CANCELLED, SKIPPED = "success", "failure", "cancelled", "skipped"


@dataclass(frozen=True, kw_only=True)
class Tools:
    """What every job of a sandbox works with."""

    repositories: GitHubService
    records: RunRecords
    sources: Sources
    folder: Path
    addresses: Addresses
    runner: Runner
    token_for: Callable[[Grant], AbstractContextManager[str]]  # of one job, while that runs
    identify: Identify  # of one job, while that runs
    environment: Mapping[str, str]  # for every job
    slots: threading.BoundedSemaphore
    groups: Groups  # of runs, jobs and calls
    cancel_seconds: float  # for steps that run even when cancelled

    def log_of(self, run: int, attempt: int, job: int) -> Path:
        """Where a job's log lies."""
        return self.folder / "logs" / str(run) / str(attempt) / f"{job}.log"

    def cache_of(self, repository: str, *, foreign: bool = False) -> Path:
        """Where a repository's jobs keep their caches; what forks propose fills none of its own."""
        whose = "cache-of-forks" if foreign else "cache"
        return self.folder / whose / repository.lower().replace("/", "--")


@dataclass(frozen=True, kw_only=True)
class JobTask:
    """One job to run, everything decided."""

    id: int
    run: Run
    scope: Scope  # of the workflow that it is a job of
    job: Job
    labels: tuple[str, ...]
    environment: str | None
    matrix: Mapping[str, Any] | None
    needed: Mapping[str, Needed]
    event: Mapping[str, Any] = field(repr=False)
    github: Mapping[str, Any] = field(repr=False)
    timeout_minutes: float = 360

    @property
    def workflow(self) -> Workflow:
        """The file that it is written in."""
        return self.scope.workflow

    @property
    def permissions(self) -> Permissions | None:
        """What its token may do, by its own word and its callers'; None if nobody says."""
        return self.scope.permissions(self.job)


@dataclass(frozen=True)
class JobEnd:
    """How a job ended."""

    conclusion: str
    outputs: Mapping[str, str] = field(default_factory=dict)
    environment_url: str = ""  # where what it deployed can be seen
