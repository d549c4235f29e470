"""The jobs of one workflow, as its groups of jobs and the workflows that it calls see them."""

from collections.abc import Mapping
from typing import Protocol

from sandbox.github.runs.calls.scope import Scope
from sandbox.github.runs.planning.concurrency import Group
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.records import Run
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


class Graph(Above, Protocol):
    """The jobs of one workflow."""

    scope: Scope  # the workflow, and what its jobs share

    def holds(self, group: Group) -> None:
        """It is at work in a concurrency group."""
        ...

    @property
    def results(self) -> Mapping[str, Needed]:
        """How its jobs ended, by key."""
        ...

    def work(self) -> str:
        """Runs every job; the conclusion."""
        ...

    def stop(self) -> None:
        """Ends what is at work here."""
        ...

    def ended(self, key: str, needed: Needed) -> None:
        """An entry of `jobs` ended, with all its combinations."""
        ...

    def below(self, scope: Scope) -> "Graph":
        """The graph of a workflow that one of its jobs calls."""
        ...
