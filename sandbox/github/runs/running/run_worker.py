"""Runs the jobs of one run, with those of the workflows that it calls."""

import threading
from collections.abc import Mapping

from sandbox.github.runs.calls.scope import Scope, own_secrets
from sandbox.github.runs.planning.concurrency import Group
from sandbox.github.runs.planning.dispatch_inputs import EVENT
from sandbox.github.runs.planning.event import event_of, github_context, typed_inputs
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Workflow
from sandbox.github.runs.records import Run
from sandbox.github.runs.running.job_graph import JobGraph
from sandbox.github.runs.running.job_task import Tools
from sandbox.github.runs.running.job_worker import JobWorker
from sandbox.github.runs.running.publishing import Publisher


class RunWorker:
    """One attempt of one run at work. `work` belongs to one thread; the others to any.

    Args:
        tools: shared by all runs.
        publisher: tells the commit.
        run: what runs.
        workflow: its file at its commit.
        kept: jobs of the attempt before that ended well and are not run again, by key.
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
        self._kept = dict(kept or {})
        self._changed = threading.Lock()
        self._workers: dict[int, JobWorker] = {}
        self._cancelled = threading.Event()
        self._at_once = threading.Event()
        self._held: frozenset[str] = frozenset()

    def holds(self, group: Group) -> None:
        """The run is at work in a concurrency group, which none of its jobs can enter."""
        self._held = frozenset({group.name})

    def cancel(self) -> None:
        """Ends the run; steps and jobs that always run still do."""
        self._cancelled.set()
        with self._changed:
            workers = list(self._workers.values())
        for worker in workers:
            worker.cancel()

    def kill(self) -> None:
        """Ends the run and all its processes now."""
        self._at_once.set()
        self._cancelled.set()
        with self._changed:
            workers = list(self._workers.values())
        for worker in workers:
            worker.kill()

    def work(self) -> str:
        """Runs every job; the run's conclusion."""
        run, tools = self._run, self._tools
        is_push = run.event == "push"
        source = tools.sources.get(run.repository, run.commit_id) if is_push else None
        event = event_of(run, source, tools.repositories, tools.addresses)
        declared = self._workflow.on.get(EVENT, {}).get("inputs") or {}
        scope = Scope(
            workflow=self._workflow,
            inputs=typed_inputs(run, declared),
            secrets=own_secrets(run, tools.repositories),
        )
        contexts = {
            "github": github_context(run, event, tools.addresses),
            "vars": dict(tools.repositories.variables(run.repository, None)),
        }
        return JobGraph(self, tools, scope, self._kept, contexts, event).work()

    # --- for its jobs

    def publish(self, job: int) -> None:
        """Tells the commit how a job stands."""
        record = self._tools.records.job(job)
        if record is not None:
            self._publisher.job(self._run, record)

    def expect(self, name: str) -> None:
        """Tells the commit that a job of that name will come."""
        self._publisher.expected(self._run, name)

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
    def held(self) -> frozenset[str]:
        """Names of the concurrency groups in which the run is at work."""
        return self._held

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody ended it."""
        return self._cancelled.is_set()

    @property
    def ends_at_once(self) -> bool:
        """Whether nothing begins any more, not even what always runs."""
        return self._at_once.is_set()
