"""Runs the jobs of one workflow in the order that their needs allow."""

import threading
from collections.abc import Mapping
from typing import Any, Protocol

from sandbox.github.runs.calls.scope import Scope
from sandbox.github.runs.planning.concurrency import Group
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.job_plan import (
    Plan,
    ancestors,
    is_wanted,
    needed_by,
    needs_context,
    plain_name,
    plan_job,
    refused_job,
    skipped_labels,
    status_of,
)
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Job
from sandbox.github.runs.records import Run, moment
from sandbox.github.runs.running.call_group import CallGroup
from sandbox.github.runs.running.job_group import JobGroup
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, SKIPPED, SUCCESS, Tools
from sandbox.github.runs.running.job_worker import JobWorker


class Above(Protocol):
    """What a graph is part of: the run, or the graph of the workflow that calls it."""

    @property
    def run(self) -> Run:
        """What runs."""
        ...

    @property
    def held(self) -> frozenset[str]:
        """Names of the concurrency groups in which it is at work."""
        ...

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it."""
        ...

    @property
    def ends_at_once(self) -> bool:
        """Whether nothing begins any more, not even what always runs."""
        ...

    def publish(self, job: int) -> None:
        """Tells the commit how a job stands."""
        ...

    def expect(self, name: str) -> None:
        """Tells the commit that a job of that name will come."""
        ...

    def enter(self, job: int, worker: JobWorker) -> None:
        """A job is at work, and may be cancelled with the run."""
        ...

    def leave(self, job: int) -> None:
        """A job is no longer at work."""
        ...


class JobGraph:
    """The jobs of one workflow. `work` belongs to one thread; the others to any.

    Args:
        above: what it is part of.
        tools: shared by all runs.
        scope: the workflow, and what its jobs share.
        kept: how jobs ended that are not run again, by their keys in the records.
        contexts: `github` and `vars`.
        event: what happened.
    """

    def __init__(
        self,
        above: Above,
        tools: Tools,
        scope: Scope,
        kept: Mapping[str, Needed],
        contexts: Mapping[str, Any],
        event: Mapping[str, Any],
    ) -> None:
        self._above = above
        self._tools = tools
        self._kept = kept
        self._event = event
        self._contexts = {**contexts, "inputs": scope.inputs, "matrix": None, "strategy": {}}
        self.scope = scope
        keys = scope.workflow.jobs
        self._ended = {k: kept[scope.above + k] for k in keys if scope.above + k in kept}
        self._begun: set[str] = set(self._ended)
        self._changed = threading.Condition()
        self._workers: dict[int, JobWorker] = {}
        self._stopped = threading.Event()
        self._held: frozenset[str] = frozenset()
        self._was_cancelled = above.is_cancelled  # then it runs in spite of that

    def work(self) -> str:
        """Runs every job; the conclusion."""
        jobs = self.scope.workflow.jobs
        for key, job in jobs.items():
            plain = job.called is None and "${{" not in plain_name(job) and not _has_matrix(job)
            if plain and key not in self._ended:
                self._above.expect(self.scope.name + plain_name(job))
        while len(self._ended) < len(jobs):
            for key, job in jobs.items():
                if self._may_begin(key, job):
                    self._begun.add(key)
                    self._begin(job)
            with self._changed:
                waiting = self._begun - set(self._ended)
                if waiting and not any(self._may_begin(key, job) for key, job in jobs.items()):
                    self._changed.wait()
        return self._conclusion()

    def stop(self) -> None:
        """Ends what is at work here; what always runs still does."""
        self._stopped.set()
        with self._changed:
            workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()

    @property
    def results(self) -> Mapping[str, Needed]:
        """How its jobs ended, by key."""
        return dict(self._ended)

    # --- for its jobs

    @property
    def run(self) -> Run:
        """What runs."""
        return self._above.run

    def holds(self, group: Group) -> None:
        """It is at work in a concurrency group, which none of its jobs can enter."""
        self._held |= {group.name}

    @property
    def held(self) -> frozenset[str]:
        """Names of the concurrency groups in which it is at work, or what it is part of."""
        return self._held | self._above.held

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it, or what it is part of."""
        return self._stopped.is_set() or (self._above.is_cancelled and not self._was_cancelled)

    @property
    def ends_at_once(self) -> bool:
        """Whether nothing begins any more, not even what always runs."""
        return self._above.ends_at_once

    def publish(self, job: int) -> None:
        """Tells the commit how a job stands."""
        self._above.publish(job)

    def expect(self, name: str) -> None:
        """Tells the commit that a job of that name will come."""
        self._above.expect(name)

    def ended(self, key: str, needed: Needed) -> None:
        """An entry of `jobs` ended, with all its combinations."""
        with self._changed:
            self._ended[key] = needed
            self._changed.notify_all()

    def enter(self, job: int, worker: JobWorker) -> None:
        """A job is at work, and may be cancelled with the run."""
        with self._changed:
            self._workers[job] = worker
        self._above.enter(job, worker)

    def leave(self, job: int) -> None:
        """A job is no longer at work."""
        with self._changed:
            self._workers.pop(job, None)
        self._above.leave(job)

    def below(self, scope: Scope) -> "JobGraph":
        """The graph of a workflow that one of its jobs calls."""
        contexts = {key: self._contexts[key] for key in ("github", "vars")}
        return JobGraph(self, self._tools, scope, self._kept, contexts, self._event)

    # --- inside

    def _may_begin(self, key: str, job: Job) -> bool:
        return key not in self._begun and all(need in self._ended for need in job.needs)

    def _conclusion(self) -> str:
        if self.is_cancelled:
            return CANCELLED
        results = {needed.result for needed in self._ended.values()}
        for worse in (FAILURE, CANCELLED):
            if worse in results:
                return worse
        return SUCCESS if SUCCESS in results else SKIPPED

    def _begin(self, job: Job) -> None:
        needed = needed_by(job, self._ended)
        workflow = self.scope.workflow
        above = [self._ended[key].result for key in ancestors(workflow, job.key)]
        status = status_of(above, cancelled=self.is_cancelled)
        context = Context(values={**self._contexts, "needs": needs_context(needed)}, status=status)
        try:
            if self.ends_at_once or not is_wanted(job, context):
                self._skip(job)
                return
            plan = plan_job(job, context)
            if job.called is not None:
                CallGroup(self, self._tools, job, job.called, plan, context).start()
                return
        except (ExpressionError, ValueError) as error:
            plan = Plan(jobs=[refused_job(job, f"The job cannot be evaluated: {error}")])
        # A job with `if: always()` runs in a cancelled run, and cannot be cancelled by the same.
        JobGroup(self, self._tools, job, plan, needed, self._contexts, self._event).start()

    def _skip(self, job: Job) -> None:
        records = self._tools.records
        number = records.add_job(
            self.run.id,
            self.run.attempt,
            key=self.scope.above + job.key,
            name=self.scope.name + plain_name(job),
            labels=skipped_labels(job),
        )
        now = moment()
        conclusion = CANCELLED if self.is_cancelled else SKIPPED
        records.set_job(
            number, status="completed", conclusion=conclusion, started=now, completed=now
        )
        self.publish(number)
        self.ended(job.key, Needed(conclusion, {}))


def _has_matrix(job: Job) -> bool:
    strategy = job.source.get("strategy")
    return isinstance(strategy, dict) and "matrix" in strategy
