"""What the routes of runs share: the run an address means, lists, who may do what."""

from pathlib import Path
from typing import Protocol

from starlette.requests import Request

from sandbox.github.http.access import Access
from sandbox.github.http.errors import NotFoundError
from sandbox.github.http.requests import REPOSITORY, Routes
from sandbox.github.runs.records import JobRecord, Run, RunRecords
from sandbox.github.runs.workflow_files import WorkflowFiles
from sandbox.github.service import GitHubService

ACTIONS = f"{REPOSITORY}/actions"
RUN = f"{ACTIONS}/runs/{{run:int}}"


class Runs(Protocol):
    """What the routes ask of the service."""

    records: RunRecords
    repositories: GitHubService
    folder: Path
    files: WorkflowFiles

    def cancel(self, run: int) -> bool:
        """Ends a run; False if it is not at work."""
        ...

    def rerun(self, run: Run, *, failed_only: bool = False) -> bool:
        """Runs it again; False if it is at work or cannot run."""
        ...

    def log_file(self, run: int, attempt: int, job: int) -> Path:
        """Where a job's log lies."""
        ...


class AddressedRuns(Routes):
    """Finds what an address means, as far as the caller may know of it."""

    def __init__(self, runs: Runs, access: Access) -> None:
        self._runs = runs
        self._records = runs.records
        self._access = access

    def _readable(self, request: Request) -> str:
        return self._access.readable(request).full_name

    def _run(self, request: Request, *, write: bool = False) -> Run:
        if write:
            self._access.writable(request)
        repository = self._readable(request)
        run = self._records.get(request.path_params["run"])
        if run is None or run.repository != repository:
            raise NotFoundError
        return run

    def _job(self, request: Request) -> tuple[Run, JobRecord]:
        repository = self._readable(request)
        job = self._records.job(request.path_params["job"])
        run = None if job is None else self._records.get(job.run)
        if job is None or run is None or run.repository != repository:
            raise NotFoundError
        return run, job
