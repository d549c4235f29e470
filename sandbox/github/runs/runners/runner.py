"""What the runs ask of the place where jobs run, and what a job finds there."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sandbox.github.runs.runners.job_container import JobContainer
from sandbox.github.runs.runners.services import Service
from sandbox.machine.contract import Attached, Check, Companions

Say = Callable[[str], None]  # a line for the job's log

PROGRAMS = Path(__file__).parents[1] / "running" / "programs"


class UnavailableRunnerError(Exception):
    """No job can run there; the message says why, and a remedy."""


@dataclass(frozen=True, kw_only=True)
class JobFolders:
    """What of this machine one job is given."""

    name: str  # of the job, unique in the sandbox
    folder: Path  # of its own; goes with it
    given: Path  # in that: what it reads
    out: Path  # in that: what it says to us
    source: Path  # the clone of its commit
    artifacts: Path  # of its run
    cache: Path  # of its repository
    actions: Mapping[str, Path]  # "owner/name@ref" -> its files
    container: JobContainer | None = None  # where the job names its image itself


@dataclass(frozen=True, kw_only=True)
class JobPaths:
    """The same as the job sees it, and what else it has there."""

    given: str
    out: str
    source: str
    artifacts: str
    cache: str
    actions: Mapping[str, str]
    home: str
    workspace: str
    action_cache: str  # act's own
    programs: str  # of ours, which stand behind local equivalents of actions
    python: str
    act: str


class Runner(Protocol):
    """Runs jobs. All methods block, and may be called from any thread."""

    @property
    def introduction(self) -> Sequence[str]:
        """What the log of each job begins with."""
        ...

    def prepare(self, say: Say, check: Check) -> None:
        """Makes what every job needs, unless it is there; may take minutes and says so.

        Raises:
            Whatever `check` raises.
            UnavailableRunnerError: it can't be had.
        """
        ...

    def paths(self, folders: JobFolders) -> JobPaths:
        """Where a job finds things; makes what of it has to be there before it starts."""
        ...

    def environment(self, paths: JobPaths) -> dict[str, str]:
        """Variables that say where it is and how it reaches package registries."""
        ...

    def translated(self, text: str) -> str:
        """A text with this sandbox's addresses as they are reached from there."""
        ...

    def as_on_the_platform(self, text: str) -> str:
        """The same of what a job is told of its GitHub: as there, where that leads here."""
        ...

    def serving(
        self, folders: JobFolders, services: Sequence[Service], say: Say, check: Check
    ) -> AbstractContextManager[Companions | None]:
        """Has the image that a job runs in, and its services, which end with the context.

        The image may take minutes to make, and says so.

        Raises:
            Whatever `check` raises.
            UnavailableRunnerError: one can't be had, or is not well.
        """
        ...

    def start(
        self,
        folders: JobFolders,
        command: Sequence[str],
        environment: Mapping[str, str],
        beside: Companions | None,
    ) -> Attached:
        """Starts a program for a job, which ends with this process; `prepare` was called.

        Raises:
            UnavailableRunnerError: it can't be started.
        """
        ...

    def recover(self) -> None:
        """Takes away what a killed sandbox left of jobs."""
        ...
