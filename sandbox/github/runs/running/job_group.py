"""The jobs of one entry of `jobs`: one, or one for each combination of its matrix."""

import json
import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sandbox.github.runs.planning.concurrency import Group, Member, group_of
from sandbox.github.runs.planning.job_plan import Plan, PlannedJob
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Job
from sandbox.github.runs.records import moment
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, JobEnd, JobTask, Tools
from sandbox.github.runs.running.job_worker import JobWorker
from sandbox.github.runs.running.refused_job import refuse
from sandbox.github.runs.running.results import result_of

if TYPE_CHECKING:  # which makes these groups
    from sandbox.github.runs.running.job_graph import JobGraph

_MINUTE = 60.0  # seconds, of an environment's wait timer
_LOOK_SECONDS = 0.1
_LOG = logging.getLogger(__name__)


class JobGroup:
    """The jobs of one entry of `jobs`: one, or one for each combination of its matrix."""

    def __init__(
        self,
        worker: "JobGraph",
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
        self._gave_way: set[int] = set()  # to newer ones of their concurrency group

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
        group = group_of(planned.concurrency, self._worker.run.repository)
        if group is not None and group.name in self._worker.held:
            return refuse(self._tools, self._worker.run, number, group.deadlock)
        member = Member(lambda: self._give_way(number, group))
        if not self._acquired(self._parallel, number):
            return JobEnd(CANCELLED)
        try:
            turn = self._tools.groups.turn(group, member, lambda: self._is_over(number))
            with turn as mine:
                if not mine or not self._waited(number, planned):
                    return JobEnd(CANCELLED)
                if not self._acquired(self._tools.slots, number):
                    return JobEnd(CANCELLED)
                try:
                    over = self._is_over(number)
                    return JobEnd(CANCELLED) if over else self._run_job(number, planned)
                finally:
                    self._tools.slots.release()
        finally:
            self._parallel.release()

    def _acquired(self, gate: threading.Semaphore, number: int) -> bool:
        """Waits until a job may pass a gate; False where it is over before that."""
        while not gate.acquire(timeout=_LOOK_SECONDS):
            if self._is_over(number):
                return False
        return True

    def _give_way(self, number: int, group: Group | None) -> None:
        """Another job wants the place that this one has, or waits for, in its group."""
        if group is not None:
            self._tools.records.set_job(number, note=group.superseded)
        with self._ending:
            self._gave_way.add(number)
            worker = self._at_work.get(number)
        if worker is not None:
            worker.cancel()

    def _waited(self, number: int, planned: PlannedJob) -> bool:
        """Waits as long as its environment wants; False where it is over before that.

        A branch that may not deploy there is not made to wait for its refusal.
        """
        if planned.environment is None:
            return True
        asked, run = self._tools.repositories, self._worker.run
        minutes = asked.wait_minutes(run.repository, planned.environment)
        if not minutes or asked.environment_refusal(run.repository, planned.environment, run.ref):
            return True
        self._tools.records.set_job(number, status="waiting")
        self._worker.publish(number)
        deadline = time.monotonic() + minutes * _MINUTE
        while time.monotonic() < deadline:
            if self._is_over(number):
                return False
            time.sleep(_LOOK_SECONDS)
        self._tools.records.set_job(number, status="queued")
        return True

    def _is_over(self, number: int) -> bool:
        cancelled = self._worker.is_cancelled and not self._was_cancelled
        return cancelled or self._stopped.is_set() or number in self._gave_way

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
            if self._is_over(number):
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
