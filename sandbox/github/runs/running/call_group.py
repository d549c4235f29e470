"""A workflow that a job calls: once, or once for each combination of the job's matrix."""

import logging
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.github.runs.calls.inputs import input_values, output_values
from sandbox.github.runs.calls.scope import Scope, declared_by, passed_secrets, require_secrets
from sandbox.github.runs.planning.concurrency import Group, Member, group_of
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.job_plan import Plan, PlannedJob, plain_name
from sandbox.github.runs.planning.workflow import Called, Job
from sandbox.github.runs.records import moment
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, JobEnd, Tools
from sandbox.github.runs.running.refused_job import refuse
from sandbox.github.runs.running.results import result_of

if TYPE_CHECKING:  # which makes these groups
    from sandbox.github.runs.running.job_graph import JobGraph

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Call:
    planned: PlannedJob
    graph: "JobGraph"
    contexts: Context  # as the called workflow's outputs see it
    groups: Sequence[Group]  # of the job that calls, then of the workflow that it calls
    gave_way: threading.Event  # to a newer one of such a group


class CallGroup:
    """The calls of one entry of `jobs`.

    Raises:
        ExpressionError: what a call brings cannot be evaluated, or something is missing.
    """

    def __init__(
        self,
        caller: "JobGraph",
        tools: Tools,
        job: Job,
        called: Called,
        plan: Plan,
        context: Context,
    ) -> None:
        self._caller = caller
        self._tools = tools
        self._job = job
        self._called = called
        self._plan = plan
        self._declared = declared_by(called)
        self._was_cancelled = caller.is_cancelled  # then it runs in spite of that
        self._stopped = threading.Event()  # one failed, and the others need not run
        self._parallel = threading.BoundedSemaphore(plan.max_parallel or len(plan.jobs))
        self._ends: list[tuple[PlannedJob, JobEnd]] = []
        self._ending = threading.Lock()
        self._calls = [
            self._call(number, planned, context) for number, planned in enumerate(plan.jobs)
        ]

    def start(self) -> None:
        """Lets the called workflow run."""
        for number, call in enumerate(self._calls):
            threading.Thread(
                target=self._one,
                args=(call,),
                name=f"call-{self._caller.run.id}-{self._job.key}-{number}",
                daemon=True,
            ).start()

    def _call(self, number: int, planned: PlannedJob, context: Context) -> _Call:
        scope, job, run = self._caller.scope, self._job, self._caller.run
        if planned.matrix is not None:
            context = Context(
                values={**context.values, "matrix": dict(planned.matrix)}, status=context.status
            )
        written = job.source.get("with") or {}
        inputs = input_values(self._declared, written, context)
        secrets = passed_secrets(scope, job, context, run, self._tools.repositories)
        require_secrets(self._declared, secrets)
        which = "" if planned.matrix is None else f":{number}"
        below = Scope(
            workflow=self._called.workflow,
            inputs=inputs,
            secrets=secrets,
            limit=scope.permissions(job),
            called=self._called,
            above=f"{scope.above}{job.key}{which}/",
            name=f"{scope.name}{planned.name} / ",
        )
        seen = Context(values={**context.values, "inputs": inputs})
        asked = self._called.workflow.source.get("concurrency")
        groups = [
            group
            for rendered in (planned.concurrency, render(asked, seen))
            if (group := group_of(rendered, run.repository)) is not None
        ]
        return _Call(planned, self._caller.below(below), seen, groups, threading.Event())

    def _one(self, call: _Call) -> None:
        ended = JobEnd(FAILURE)
        try:
            ended = self._work(call)
        except ExpressionError as error:
            self._refuse(call, f"The outputs cannot be evaluated: {error}")
        except Exception as error:  # noqa: BLE001 - the run must show it
            _LOG.exception("The call %s ended in an error of the sandbox", self._job.key)
            self._refuse(call, f"The sandbox failed: {type(error).__name__}")
        self._leave(call, ended)

    def _work(self, call: _Call) -> JobEnd:
        while not self._parallel.acquire(timeout=0.1):
            if self._is_over(call):
                return JobEnd(CANCELLED)
        try:
            return self._in_turn(call, call.groups)
        finally:
            self._parallel.release()

    def _in_turn(self, call: _Call, groups: Sequence[Group]) -> JobEnd:
        """Runs the called workflow when each of its concurrency groups lets it."""
        if not groups:
            if self._is_over(call):
                return JobEnd(CANCELLED)
            conclusion = call.graph.work()
            outputs = output_values(self._declared, call.graph.results, call.contexts.values)
            return JobEnd(conclusion, outputs)
        group, *others = groups
        if group.name in call.graph.held:
            self._refuse(call, group.deadlock)
            return JobEnd(FAILURE)
        member = Member(lambda: self._give_way(call))
        with self._tools.groups.turn(group, member, lambda: self._is_over(call)) as mine:
            if not mine:
                return JobEnd(CANCELLED)
            call.graph.holds(group)
            return self._in_turn(call, others)

    def _give_way(self, call: _Call) -> None:
        call.gave_way.set()
        call.graph.stop()

    def _is_over(self, call: _Call) -> bool:
        cancelled = self._caller.is_cancelled and not self._was_cancelled
        return cancelled or self._stopped.is_set() or call.gave_way.is_set()

    def _refuse(self, call: _Call, reason: str) -> None:
        """Shows as a job of the caller's name why the call failed."""
        scope, run, records = self._caller.scope, self._caller.run, self._tools.records
        name = scope.name + (call.planned.name or plain_name(self._job))
        job = records.add_job(
            run.id, run.attempt, key=scope.above + self._job.key, name=name, labels=[]
        )
        ended = refuse(self._tools, run, job, reason)
        records.set_job(job, status="completed", conclusion=ended.conclusion, completed=moment())
        self._caller.publish(job)

    def _leave(self, call: _Call, ended: JobEnd) -> None:
        stop: Sequence[_Call] = ()
        with self._ending:
            self._ends.append((call.planned, ended))
            last = len(self._ends) == len(self._calls)
            if ended.conclusion == FAILURE and self._plan.fail_fast:
                self._stopped.set()
                stop = self._calls
        for each in stop:
            if each is not call:
                each.graph.stop()
        if last:
            self._caller.ended(self._job.key, result_of(self._ends))
