"""Runs the jobs of one run in the order that their needs allow."""

import threading
from collections.abc import Mapping
from typing import Any

from sandbox.github.runs.planning.dispatch_inputs import EVENT
from sandbox.github.runs.planning.event import event_of, github_context, typed_inputs
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.job_plan import (
    Plan,
    PlannedJob,
    ancestors,
    is_wanted,
    needed_by,
    needs_context,
    plain_name,
    plan_job,
    skipped_labels,
    status_of,
)
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Job, Workflow
from sandbox.github.runs.records import Run, moment
from sandbox.github.runs.running.job_group import JobGroup
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, SKIPPED, SUCCESS, Tools
from sandbox.github.runs.running.job_worker import JobWorker
from sandbox.github.runs.running.publishing import Publisher


class RunWorker:
    """One attempt of one run at work. `work` belongs to one thread; the others to any.

    Args:
        tools: shared by all runs.
        publisher: tells the commit.
        run: what runs.
        workflow: its file at its commit.
        kept: jobs of the attempt before that ended well and are not run again.
    """

    def __init__(
        self,
        tools: Tools,
        publisher: Publisher,
        run: Run,
        workflow: Workflow,
        kept: Mapping[str, Needed] | None = None,
    ) -> None:
        self._tools = tools
        self._publisher = publisher
        self._run = run
        self._workflow = workflow
        self._ended: dict[str, Needed] = dict(kept or {})
        self._begun: set[str] = set(self._ended)
        self._failed: set[str] = set()  # by forgiven jobs too
        self._changed = threading.Condition()
        self._workers: dict[int, JobWorker] = {}
        self._cancelled = threading.Event()
        self._at_once = threading.Event()

    def cancel(self) -> None:
        """Ends the run; steps and jobs that always run still do."""
        self._cancelled.set()
        with self._changed:
            workers = list(self._workers.values())
            self._changed.notify_all()
        for worker in workers:
            worker.cancel()

    def kill(self) -> None:
        """Ends the run and all its processes now."""
        self._at_once.set()
        self._cancelled.set()
        with self._changed:
            workers = list(self._workers.values())
            self._changed.notify_all()
        for worker in workers:
            worker.kill()

    def work(self) -> str:
        """Runs every job; the run's conclusion."""
        run, tools = self._run, self._tools
        for key, job in self._workflow.jobs.items():
            if key not in self._ended and "${{" not in plain_name(job) and not _has_matrix(job):
                self._publisher.expected(run, plain_name(job))
        is_push = run.event == "push"
        source = tools.sources.get(run.repository, run.commit_id) if is_push else None
        event = event_of(run, source, tools.repositories, tools.addresses)
        github = github_context(run, event, tools.addresses)
        declared = self._workflow.on.get(EVENT, {}).get("inputs") or {}
        contexts = {
            "github": github,
            "inputs": typed_inputs(run, declared),
            "vars": dict(tools.repositories.variables(run.repository, None)),
            "matrix": None,
            "strategy": {},
        }
        while len(self._ended) < len(self._workflow.jobs):
            for key, job in self._workflow.jobs.items():
                if key not in self._begun and all(need in self._ended for need in job.needs):
                    self._begun.add(key)
                    self._begin(job, contexts, event)
            with self._changed:
                waiting = self._begun - set(self._ended)
                if waiting and not self._ready():
                    self._changed.wait()
        return self._conclusion()

    # --- inside

    def _ready(self) -> bool:
        """Whether a job could begin now."""
        return any(
            key not in self._begun and all(need in self._ended for need in job.needs)
            for key, job in self._workflow.jobs.items()
        )

    def _conclusion(self) -> str:
        if self._cancelled.is_set():
            return CANCELLED
        results = {needed.result for needed in self._ended.values()}
        for worse in (FAILURE, CANCELLED):
            if worse in results:
                return worse
        return SUCCESS if SUCCESS in results else SKIPPED

    def _begin(self, job: Job, contexts: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        needed = needed_by(job, self._ended)
        above = [self._ended[key].result for key in ancestors(self._workflow, job.key)]
        status = status_of(above, cancelled=self._cancelled.is_set())
        values = {**contexts, "needs": needs_context(needed)}
        context = Context(values=values, status=status)
        try:
            if self._at_once.is_set() or not is_wanted(job, context):
                self._skip(job)
                return
            plan = plan_job(job, context)
        except (ExpressionError, ValueError) as error:
            refused = PlannedJob(
                name=plain_name(job),
                labels=tuple(skipped_labels(job)),
                environment=None,
                matrix=None,
                timeout_minutes=0,
                forgiven=False,
                refusal=f"The job cannot be evaluated: {error}",
            )
            plan = Plan(jobs=[refused])
        # A job with `if: always()` runs in a cancelled run, and cannot be cancelled by the same.
        JobGroup(self, self._tools, job, plan, needed, contexts, event).start()

    def _skip(self, job: Job) -> None:
        records, run = self._tools.records, self._run
        number = records.add_job(
            run.id, run.attempt, key=job.key, name=plain_name(job), labels=skipped_labels(job)
        )
        now = moment()
        conclusion = CANCELLED if self._cancelled.is_set() else SKIPPED
        records.set_job(
            number, status="completed", conclusion=conclusion, started=now, completed=now
        )
        self.publish(number)
        self.ended(job.key, Needed(conclusion, {}))

    def publish(self, job: int) -> None:
        """Tells the commit how a job stands."""
        record = self._tools.records.job(job)
        if record is not None:
            self._publisher.job(self._run, record)

    def ended(self, key: str, needed: Needed) -> None:
        """An entry of `jobs` ended, with all its combinations."""
        with self._changed:
            self._ended[key] = needed
            self._changed.notify_all()

    def enter(self, job: int, worker: JobWorker) -> None:
        """A job is at work, and may be cancelled with the run."""
        with self._changed:
            self._workers[job] = worker
        if self._at_once.is_set():
            worker.kill()

    def leave(self, job: int) -> None:
        """A job is no longer at work."""
        with self._changed:
            self._workers.pop(job, None)

    @property
    def run(self) -> Run:
        """What runs."""
        return self._run

    @property
    def workflow(self) -> Workflow:
        """Its file."""
        return self._workflow

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it."""
        return self._cancelled.is_set()

    @property
    def cancelled(self) -> threading.Event:
        """Set when somebody ended it."""
        return self._cancelled


def _has_matrix(job: Job) -> bool:
    strategy = job.source.get("strategy")
    return isinstance(strategy, dict) and "matrix" in strategy
