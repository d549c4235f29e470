"""Tells the commit how a run's jobs stand: one status per job, which leads to its log."""

import logging
from datetime import datetime

from sandbox.github.runs.planning.event import Addresses
from sandbox.github.runs.records import JobRecord, Run, RunRecords, moment
from sandbox.github.service import GitHubService

_LOG = logging.getLogger(__name__)
_STATES = {"success": "success", "skipped": "success", "neutral": "success", "failure": "failure"}

_STOPPED = "The sandbox was stopped while this run was at work"


class Publisher:
    """Puts commit statuses. What goes wrong there never ends a run."""

    def __init__(self, repositories: GitHubService, addresses: Addresses) -> None:
        self._repositories = repositories
        self._addresses = addresses
        self.gone: set[str] = set()  # repositories that were deleted: nobody reads of them

    def job(self, run: Run, job: JobRecord) -> None:
        """How a job stands."""
        state, description = "pending", "Queued"
        if job.status == "in_progress":
            description = "In progress"
        elif job.conclusion is not None:
            state = _STATES.get(job.conclusion, "error")
            description = _description(job)
        target = self._addresses.job(run.repository, run.id, job.id)
        self._put(run, state, f"{run.name} / {job.name}", description, target)

    def expected(self, run: Run, name: str) -> None:
        """A job of that name will come: the commit is not done before."""
        target = self._addresses.run(run.repository, run.id)
        self._put(run, "pending", f"{run.name} / {name}", "Waiting", target)

    def invalid(self, run: Run) -> None:
        """The workflow file is none."""
        target = self._addresses.run(run.repository, run.id)
        self._put(run, "failure", run.name, "Invalid workflow file", target)

    def _put(self, run: Run, state: str, context: str, description: str, target: str) -> None:
        if run.repository in self.gone:
            return
        try:
            self._repositories.set_status(
                run.repository,
                run.checked,
                state=state,
                context=context,
                description=description,
                target_url=target,
            )
        except Exception:  # noqa: BLE001 - logged; a run ends all the same
            _LOG.exception("Run %s: its status could not be put on the commit", run.id)


def _description(job: JobRecord) -> str:
    seconds = 0
    if job.started and job.completed:
        took = datetime.fromisoformat(job.completed) - datetime.fromisoformat(job.started)
        seconds = int(took.total_seconds())
    words = {
        "success": f"Successful in {seconds}s",
        "failure": f"Failing after {seconds}s",
        "skipped": "Skipped",
        "cancelled": f"Cancelled after {seconds}s",
    }
    return words.get(job.conclusion or "", str(job.conclusion))


def abandon(records: RunRecords, publisher: Publisher, run: Run) -> None:
    """Marks as cancelled what a stopped or killed sandbox left unfinished of a run."""
    for job in records.jobs(run.id, run.attempt):
        if job.status != "completed":
            records.set_job(
                job.id,
                status="completed",
                conclusion="cancelled",
                completed=moment(),
                note=_STOPPED,
            )
            for step in records.steps(job.id):
                if step.status != "completed":
                    records.set_step(
                        job.id, step.number, status="completed", conclusion="cancelled"
                    )
            now = records.job(job.id)
            if now is not None:
                publisher.job(run, now)
    records.set_run(run.id, status="completed", conclusion="cancelled", note=_STOPPED)
