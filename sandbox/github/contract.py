"""What GitHub's two halves, repositories and workflow runs, ask of each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
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


class RepositoryHalf(Protocol):
    """The repositories half, as the runs half reads it. Secrets come in clear, for jobs only."""

    def repositories(self) -> Sequence[str]:
        """The full names of all there are."""
        ...

    def exists(self, repository: str) -> bool:
        """Whether there is a repository of that name."""
        ...

    def may_use(self, caller: str, repository: str) -> bool:
        """Whether runs of one repository may use workflows and actions of another."""
        ...

    def default_branch(self, repository: str) -> str:
        """Its name, without refs/heads/."""
        ...

    def resolve(self, repository: str, ref: str) -> str | None:
        """The commit a branch, tag, full ref or (abbreviated) sha names; None if there is none."""
        ...

    def list_files(self, repository: str, commit: str, folder: str) -> Sequence[str]:
        """Names of the files directly in a folder; empty if it is not there."""
        ...

    def read_file(self, repository: str, commit: str, path: str) -> bytes | None:
        """A file's content at a commit; None if absent."""
        ...

    def export(self, repository: str, commit: str, destination: Path) -> None:
        """Clones the repository at a commit into an existing empty folder, `.git` included."""
        ...

    def secrets(self, repository: str, environment: str | None) -> Mapping[str, str]:
        """Plain values by name that a job sees; an environment's own win over the repository's."""
        ...

    def environment_secrets(self, repository: str, environment: str) -> Mapping[str, str]:
        """Those of an environment alone."""
        ...

    def variables(self, repository: str, environment: str | None) -> Mapping[str, str]:
        """Values by name, with the same precedence."""
        ...

    def environment_refusal(self, repository: str, environment: str, ref: str) -> str | None:
        """Why a ref may not deploy to an environment, in the platform's words; None if it may.

        As on the platform, an environment that a job names and that is not there is made.
        """
        ...

    def begin_deployment(
        self, repository: str, commit: str, *, ref: str, environment: str, log_url: str
    ) -> int:
        """A job begins to deploy; the deployment's number."""
        ...

    def end_deployment(
        self, repository: str, deployment: int, *, state: str, log_url: str, url: str
    ) -> None:
        """The job ended: state is success, failure or error; `url` is where the result is."""
        ...

    def set_status(
        self,
        repository: str,
        commit: str,
        *,
        state: str,
        context: str,
        description: str,
        target_url: str,
    ) -> None:
        """Puts a commit status: state is error, failure, pending or success."""
        ...
