"""Runs jobs on this machine itself, as the sandbox's user; only where that is asked for."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path

from sandbox.github.runs.runners.act_program import ActProgram
from sandbox.github.runs.runners.job_environment import machine_environment
from sandbox.github.runs.runners.runner import (
    PROGRAMS,
    JobFolders,
    JobPaths,
    Say,
    UnavailableRunnerError,
)
from sandbox.github.runs.runners.services import Service
from sandbox.machine.contract import Check, Companions
from sandbox.machine.supervise import supervised

_END_SECONDS = 30.0
_CHUNK = 64 * 1024


class HostRunner:
    """Fulfils Runner without a container engine, and without anything that would hold a job."""

    introduction = (
        "Slipway's sandbox was told to run jobs on this machine itself (jobs: host): this one runs",
        "as the user whose sandbox this is, and reads and reaches whatever that user does.",
    )

    def __init__(
        self,
        ensure_act: Callable[[], Path],
        platforms: str = "127.0.0.1",
        proxied: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda _: {},
    ) -> None:
        """Takes what jobs run with.

        Args:
            ensure_act: finds or builds act.
            platforms: the host under which the platforms are reached.
            proxied: what an environment needs besides, for the platforms' own names to lead here.
        """
        self._program = ActProgram(ensure_act)
        self._proxied = proxied
        self._platforms = platforms
        self._act = Path()

    def prepare(self, say: Say, check: Check) -> None:
        """Finds or builds act."""
        del check  # a build of Go serves the next job too
        self._act = self._program.get(say)

    def paths(self, folders: JobFolders) -> JobPaths:
        """Everything lies where it is."""
        own = folders.folder
        for name in ("home", "workspace", "act"):
            (own / name).mkdir(exist_ok=True)
        return JobPaths(
            given=str(folders.given),
            out=str(folders.out),
            source=str(folders.source),
            artifacts=str(folders.artifacts),
            cache=str(folders.cache),
            actions={name: str(path) for name, path in folders.actions.items()},
            home=str(own / "home"),
            workspace=str(own / "workspace"),
            action_cache=str(own / "act"),
            programs=str(PROGRAMS),
            python=sys.executable,
            act=str(self._act),
        )

    def environment(self, paths: JobPaths) -> dict[str, str]:
        """This machine's, without its secrets."""
        found = machine_environment(Path(paths.home), self._platforms)
        return {**found, **self._proxied(found)}

    def translated(self, text: str) -> str:
        """The text: its addresses are reached from here."""
        return text

    def as_on_the_platform(self, text: str) -> str:
        """The text: what heeds no proxy would reach the platform itself under its addresses."""
        return text

    def serving(
        self, folders: JobFolders, services: Sequence[Service], say: Say, check: Check
    ) -> AbstractContextManager[None]:
        """Refuses services, which would listen on this machine's ports, and a job's container."""
        del say, check
        if folders.container is not None:
            raise UnavailableRunnerError(
                "This job asks for a job container (`container:`), which jobs on this machine"
                " itself do not have."
            )
        if services:
            raise UnavailableRunnerError(
                "This job asks for service containers (`services:`), which jobs on this machine"
                " itself do not have."
            )
        return nullcontext()

    def start(
        self,
        folders: JobFolders,
        command: Sequence[str],
        environment: Mapping[str, str],
        beside: Companions | None,
    ) -> "HostProgram":
        """Starts it under the supervisor."""
        del beside
        return HostProgram(command, environment, folders.folder)

    def recover(self) -> None:
        """Nothing: jobs end with the sandbox."""


class HostProgram:
    """A program of this machine, ended with all it started. Fulfils Attached."""

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        """Starts it.

        Args:
            command: program and arguments; nothing secret may be among them.
            environment: all of it: nothing of the sandbox's own is passed on.
            folder: where it runs; its errors go into `errors.log` there.
        """
        with (folder / "errors.log").open("wb") as errors:
            self._process = subprocess.Popen(
                supervised(command),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=folder,
                env=dict(environment),
                start_new_session=True,
            )
        self._telling = threading.Lock()

    def output(self) -> Iterator[tuple[bool, bytes]]:
        """What it prints; its errors go into their file."""
        output = self._process.stdout
        if output is None:  # it was asked for above
            return
        while chunk := os.read(output.fileno(), _CHUNK):
            yield False, chunk

    def tell(self, text: bytes) -> None:
        """Writes to its standard input; nobody minds if it has ended."""
        with self._telling, suppress(OSError):
            if self._process.stdin is not None and not self._process.stdin.closed:
                self._process.stdin.write(text)
                self._process.stdin.flush()

    def close(self) -> None:
        """Ends its standard input."""
        with self._telling, suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def wait(self) -> int:
        """Its exit code."""
        return self._process.wait()

    def remove(self) -> None:
        """Ends it and all it started."""
        self.close()  # the supervisor takes the end of its input as an order
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
