"""The jobs of one entry of `jobs`: one, or one for each combination of its matrix."""

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from sandbox.github.runs.calls.scope import Scope
from sandbox.github.runs.planning.job_plan import Plan, PlannedJob
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Job
from sandbox.github.runs.records import Run, moment
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, JobEnd, JobTask, Tools
from sandbox.github.runs.running.job_worker import JobWorker
from sandbox.github.runs.running.refused_job import refuse
from sandbox.github.runs.running.results import result_of

_LOG = logging.getLogger(__name__)


class GraphAtWork(Protocol):
    """The workflow whose jobs these are."""

    @property
    def run(self) -> Run:
        """What runs."""
        ...

    @property
    def scope(self) -> Scope:
        """Its workflow, and what the jobs of that share."""
        ...

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it."""
        ...

    def publish(self, job: int) -> None:
        """Tells the commit how a job stands."""
        ...

    def ended(self, key: str, needed: Needed) -> None:
        """An entry of `jobs` ended, with all its combinations."""
        ...

    def enter(self, job: int, worker: JobWorker) -> None:
        """A job is at work, and may be cancelled with the run."""
        ...

    def leave(self, job: int) -> None:
        """A job is no longer at work."""
        ...


class JobGroup:
    """The jobs of one entry of `jobs`: one, or one for each combination of its matrix."""

    def __init__(
        self,
        worker: GraphAtWork,
        tools: Tools,
        job: Job,
        plan: Plan,
        needed: Mapping[str, Needed],
        contexts: Mapping[str, Any],
        event: Mapping[str, Any],
    ) -> None:
        self._worker = worker
        self._tools = tools
        self._job = job
        self._plan = plan
        self._needed = needed
        self._github = contexts["github"]
        self._event = event
        self._stopped = threading.Event()  # one failed, and the others need not run
        self._was_cancelled = worker.is_cancelled  # then it runs in spite of that
        self._parallel = threading.BoundedSemaphore(plan.max_parallel or len(plan.jobs))
        self._ends: list[tuple[PlannedJob, JobEnd]] = []
        self._ending = threading.Lock()
        self._at_work: dict[int, JobWorker] = {}

    def start(self) -> None:
        """Adds the jobs and lets them run."""
        run, records, scope = self._worker.run, self._tools.records, self._worker.scope
        numbers = [
            records.add_job(
                run.id,
                run.attempt,
                key=scope.above + self._job.key,
                name=scope.name + each.name,
                labels=each.labels,
            )
            for each in self._plan.jobs
        ]
        for number, planned in zip(numbers, self._plan.jobs, strict=True):
            records.set_job(number, environment=planned.environment)
            self._worker.publish(number)
        for number, planned in zip(numbers, self._plan.jobs, strict=True):
            threading.Thread(
                target=self._one, args=(number, planned), name=f"job-{number}", daemon=True
            ).start()

    def _one(self, number: int, planned: PlannedJob) -> None:
        ended = JobEnd(FAILURE)
        try:
            ended = self._work(number, planned)
        except Exception as error:  # noqa: BLE001 - the job must show it
            _LOG.exception("Job %s ended in an error of the sandbox", number)
            self._tools.records.set_job(number, note=f"The sandbox failed: {type(error).__name__}")
        self._tools.records.set_job(
            number,
            status="completed",
            conclusion=ended.conclusion,
            completed=moment(),
            outputs=json.dumps(dict(ended.outputs)),
        )
        self._worker.publish(number)
        self._leave(number, planned, ended)

    def _work(self, number: int, planned: PlannedJob) -> JobEnd:
        if planned.refusal is not None:
            return refuse(self._tools, self._worker.run, number, planned.refusal)
        for gate in (self._parallel, self._tools.slots):
            while not gate.acquire(timeout=0.1):
                if self._is_over():
                    self._release(gate)
                    return JobEnd(CANCELLED)
        try:
            if self._is_over():
                return JobEnd(CANCELLED)
            return self._run_job(number, planned)
        finally:
            self._tools.slots.release()
            self._parallel.release()

    def _release(self, stopped_at: threading.Semaphore) -> None:
        """Gives back what was acquired before the gate at which it stopped."""
        if stopped_at is self._tools.slots:
            self._parallel.release()

    def _is_over(self) -> bool:
        cancelled = self._worker.is_cancelled and not self._was_cancelled
        return cancelled or self._stopped.is_set()

    def _run_job(self, number: int, planned: PlannedJob) -> JobEnd:
        self._tools.records.set_job(number, status="in_progress", started=moment())
        self._worker.publish(number)
        task = JobTask(
            id=number,
            run=self._worker.run,
            scope=self._worker.scope,
            job=self._job,
            labels=planned.labels,
            environment=planned.environment,
            matrix=planned.matrix,
            needed=self._needed,
            event=self._event,
            github=self._github,
            timeout_minutes=planned.timeout_minutes,
        )
        worker = JobWorker(self._tools, task)
        with self._ending:
            self._at_work[number] = worker
        self._worker.enter(number, worker)
        try:
            if self._is_over():
                worker.cancel()
            return worker.work()
        finally:
            self._worker.leave(number)
            with self._ending:
                self._at_work.pop(number, None)

    def _leave(self, number: int, planned: PlannedJob, ended: JobEnd) -> None:
        del number
        stop: Sequence[JobWorker] = ()
        with self._ending:
            self._ends.append((planned, ended))
            last = len(self._ends) == len(self._plan.jobs)
            if ended.conclusion == FAILURE and self._plan.fail_fast and not planned.forgiven:
                self._stopped.set()
                stop = list(self._at_work.values())
        for worker in stop:
            worker.cancel()
        if last:
            self._worker.ended(self._job.key, result_of(self._ends))
