"""What runs and their jobs come to, as webhooks hear of it."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any

from sandbox.github.events import Events
from sandbox.github.http.accounts import Accounts
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.runs.api.views import (
    check_run_view,
    check_suite_view,
    job_view,
    run_view,
    workflow_view,
)
from sandbox.github.runs.job_records import RUNS, JobRecord
from sandbox.github.runs.records import Run, RunRecords

_LOG = logging.getLogger(__name__)
_OF_RUNS = {"queued": "requested", "in_progress": "in_progress", "completed": "completed"}
_OF_CHECKS = {"queued": "created", "completed": "completed"}  # those that repositories are told


class RunWebhooks:
    """Tells of runs as they are written down. Thread-safe: it holds no state.

    Args:
        events: where webhooks listen.
        registry: of repositories.
        accounts: who there is.
        url: where this GitHub answers, without a slash at the end.
    """

    def __init__(self, events: Events, registry: Registry, accounts: Accounts, url: str) -> None:
        self._events = events
        self._registry = registry
        self._accounts = accounts
        self._here = Urls(f"{url}/api/v3", url)

    def follow(self, records: RunRecords) -> None:
        """Tells of these from now on."""
        records.listeners.append(partial(self._changed, records))

    def _changed(self, records: RunRecords, table: str, row: int) -> None:
        try:
            self._tell(records, table, row)
        except Exception:  # noqa: BLE001 - logged; the run is what it is all the same
            _LOG.exception("%s %s: no webhooks of its change", table, row)

    def _tell(self, records: RunRecords, table: str, row: int) -> None:
        job = None if table == RUNS else records.job(row)
        run = records.get(row if job is None else job.run)
        repository = None if run is None else self._registry.find_full(run.repository)
        if run is None or repository is None:
            return

        def tell(event: str, action: str, payload: Callable[[], dict[str, Any]]) -> None:
            if self._events.listens(repository, event):
                said = {"action": action, **payload()}
                self._events.happened(repository.full_name, event, run.actor, said)

        if job is None:
            workflow = partial(self._workflow, records, run, repository)
            tell("workflow_run", _OF_RUNS.get(run.status, run.status), workflow)
            if run.status == "completed":
                tell("check_suite", "completed", partial(self._suite, records, run))
        else:
            tell("workflow_job", job.status, partial(self._job, records, run, job))
            if job.status in _OF_CHECKS:
                tell("check_run", _OF_CHECKS[job.status], partial(self._check, records, run, job))

    def _workflow(self, records: RunRecords, run: Run, repository: Repository) -> dict[str, Any]:
        workflow = records.workflow_with_id(run.repository, run.workflow)
        return {
            "workflow_run": run_view(run, repository, self._accounts, self._here),
            "workflow": workflow and workflow_view(workflow, run.name, self._here),
        }

    def _suite(self, records: RunRecords, run: Run) -> dict[str, Any]:
        jobs = len(records.jobs(run.id, run.attempt))
        return {"check_suite": check_suite_view(run, jobs, self._here)}

    def _job(self, records: RunRecords, run: Run, job: JobRecord) -> dict[str, Any]:
        return {"workflow_job": job_view(run, job, records.steps(job.id), self._here)}

    def _check(self, records: RunRecords, run: Run, job: JobRecord) -> dict[str, Any]:
        check = check_run_view(run, job, 0, self._here)
        return {"check_run": {**check, **self._suite(records, run)}}
