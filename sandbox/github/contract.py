"""What the repositories of GitHub tell its workflow runs, and ask of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.routing import BaseRoute


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a pull request proposes, for the runs that it causes."""

    repository: str  # "owner/name"; of a fork, if it comes from one
    branch: str
    commit: str  # which the runs' checks are about
    message: str  # of that commit
    paths: Sequence[str]  # files that the pull request changes


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """Why workflows may run."""

    repository: str  # "owner/name"
    event: str  # such as push, pull_request or workflow_dispatch
    ref: str  # full, such as "refs/heads/main"
    commit: str  # 40 hex digits: the tree whose workflow files count
    actor: str  # login of who caused it
    before: str = "0" * 40  # push: where the ref pointed; zeros if it is new
    workflow: str | None = None  # dispatch: the one file, such as "ci.yml"; schedule: its path
    # Inputs of a dispatch; for others what the event says besides repository and sender.
    payload: Mapping[str, Any] = field(default_factory=dict)
    head: Head | None = None  # of a pull request's events


@dataclass(frozen=True, kw_only=True)
class CheckedJob:
    """A job of a run, as the check that it is."""

    id: int
    name: str
    status: str  # queued, in_progress or completed
    conclusion: str | None
    summary: str | None
    started: str
    completed: str | None


@dataclass(frozen=True, kw_only=True)
class CheckedRun:
    """A run whose jobs say something of a commit."""

    id: int
    number: int
    event: str
    status: str
    conclusion: str | None
    created: str
    updated: str
    commit: str  # which its jobs say something of
    workflow: int
    workflow_name: str
    workflow_path: str
    jobs: Sequence[CheckedJob]


class RunHost(Protocol):
    """The runs half: it is told what happens to repositories, and answers for their runs."""

    def prepare(self, trigger: Trigger) -> None:
        """Makes ready what `triggered` will read of a push: that one is to be quick."""
        ...

    def triggered(self, trigger: Trigger) -> Sequence[int]:
        """Queues every workflow of the commit that listens; ids of the runs, at once.

        May be called in a transaction: nothing is at work before that is kept.

        Raises:
            NoSuchWorkflowError: a workflow_dispatch names a file that is not there, or one that
                does not listen to dispatches.
        """
        ...

    def deleted(self, repository: str) -> None:
        """The repository is gone: end its runs and forget them."""
        ...

    def checks(self, repository: str, commit: str) -> Sequence[CheckedRun]:
        """The runs that say something of a commit, with the jobs of their newest attempts."""
        ...

    def routes(self) -> Sequence[BaseRoute]:
        """Endpoints of workflows, runs, jobs, logs and check runs; asked before the others."""
        ...


class NoSuchWorkflowError(Exception):
    """A dispatch that GitHub refuses; the text is the platform's own message."""
