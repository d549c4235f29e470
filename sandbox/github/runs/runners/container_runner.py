"""Runs each job in a container of its own: of this machine it has what it is given, no more."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.github.runs.runners.act_program import ActProgram
from sandbox.github.runs.runners.job_environment import container_environment
from sandbox.github.runs.runners.runner import (
    PROGRAMS,
    JobFolders,
    JobPaths,
    Say,
    UnavailableRunnerError,
)
from sandbox.github.runs.runners.services import Service
from sandbox.machine import supervise
from sandbox.machine.contract import (
    Attached,
    BuildFailedError,
    Check,
    Companion,
    Companions,
    ImageUnavailableError,
    Machine,
    MachineUnavailableError,
    Mount,
    RunRequest,
)
from sandbox.machine.inside_addresses import reachable_inside
from sandbox.machine.memory_share import most_memory
from toolchain.progress import SetupError

_MOST_MEMORY = 16 * 1024**3  # bytes, and
_MOST_CPUS = 4  # of a machine that GitHub calls ubuntu-latest
_PYTHON = "/usr/bin/python3"
_OURS = "/slipway"  # where a job sees what it is given
_SUPERVISOR = f"{_OURS}/supervise.py"
_ACT = f"{_OURS}/bin/act"
_HOME = "/home/runner"


class ContainerRunner:
    """Fulfils Runner over a container engine."""

    introduction = (
        "Slipway's sandbox: this job runs in a container of its own, from an image that stands in",
        "for ubuntu-latest. docs/workflow-runs.md lists what is in it.",
    )

    def __init__(
        self,
        machine: Machine,
        ensure_act: Callable[[], Path],
        *,
        ports: Callable[[], Collection[int]],
        parallel_jobs: int,
        known_as: Mapping[str, str] | None = None,
    ) -> None:
        """Takes what jobs run on.

        Args:
            machine: makes the containers.
            ensure_act: finds or builds act.
            ports: of this sandbox's servers, which listen where containers reach them.
            parallel_jobs: how many jobs share this machine's memory.
            known_as: addresses of this GitHub -> the platform's own, which lead to it from a job;
                one that begins with another one comes before it.
        """
        self._machine = machine
        self._program = ActProgram(ensure_act)
        self._ports = ports
        self._known_as = known_as or {}
        self._memory = min(_MOST_MEMORY, most_memory() // parallel_jobs)
        self._cpus = float(min(_MOST_CPUS, os.cpu_count() or 1))
        self._act = Path()
        self._image = ""

    def prepare(self, say: Say, check: Check) -> None:
        """Makes act and the image, once each."""
        try:
            self._image = self._machine.runner_image(say, check)
        except (BuildFailedError, MachineUnavailableError, SetupError) as error:
            raise UnavailableRunnerError(
                f"The machine for jobs could not be made: {error}\nJobs run on this machine itself"
                " where the sandbox is started with `--jobs host`; do that only for workflows that"
                " you would run yourself."
            ) from None
        self._act = self._program.get(say)

    def paths(self, folders: JobFolders) -> JobPaths:
        """The same places for every job."""
        for writable in (folders.artifacts, folders.cache):
            writable.mkdir(parents=True, exist_ok=True)
        actions = enumerate(folders.actions)
        return JobPaths(
            given=f"{_OURS}/job",
            out=f"{_OURS}/out",
            source=f"{_OURS}/source",
            artifacts=f"{_OURS}/artifacts",
            cache=f"{_OURS}/cache",
            actions={name: f"{_OURS}/actions/{number}" for number, name in actions},
            home=_HOME,
            workspace=f"{_HOME}/work",
            action_cache=f"{_OURS}/act",
            programs=f"{_OURS}/programs",
            python=_PYTHON,
            act=_ACT,
        )

    def environment(self, paths: JobPaths) -> dict[str, str]:
        """Of this machine's, what means the same in a container."""
        return container_environment(paths.home, self._machine.inside_host)

    def translated(self, text: str) -> str:
        """A text whose loopback addresses of this sandbox lead to it from a container."""
        return reachable_inside({"": text}, self._machine.inside_host, self._ports())[""]

    def as_on_the_platform(self, text: str) -> str:
        """What a job is told of its GitHub: the platform's own addresses, where they lead here."""
        for address, real in self._known_as.items():
            text = re.sub(rf"{re.escape(address)}(?!\d)", real, text)
        return self.translated(text)

    @contextmanager
    def serving(
        self, folders: JobFolders, services: Sequence[Service], say: Say, check: Check
    ) -> Iterator[Companions | None]:
        """Starts a job's services in one network with it, each with a job's limits."""
        if not services:
            yield None
            return
        try:
            for each in services:
                say(f"Service {each.name}: {each.image}")
                self._machine.pull(each.image, each.tag, each.login)
                check()
            started = self._machine.start_companions(
                f"{folders.name}-services", [self._companion(each) for each in services], check
            )
        except (ImageUnavailableError, MachineUnavailableError) as error:
            raise UnavailableRunnerError(f"A service can't be had: {error}") from None
        say("The services are up; the job reaches them at localhost.")
        try:
            yield started
        finally:
            started.remove()

    def _companion(self, service: Service) -> Companion:
        request = RunRequest(
            name=service.name,
            image=service.tag,
            port=None,
            env=service.env,
            memory_bytes=self._memory,
            cpus=self._cpus,
        )
        return Companion(request=request, health=service.health)

    def start(
        self,
        folders: JobFolders,
        command: Sequence[str],
        environment: Mapping[str, str],
        beside: Companions | None,
    ) -> Attached:
        """Starts it under the supervisor, which ends the container when this process ends."""
        paths = self.paths(folders)
        readable = {
            paths.given: folders.given,
            paths.source: folders.source,
            paths.programs: PROGRAMS,
            _SUPERVISOR: Path(supervise.__file__),
            _ACT: self._act,
            **{paths.actions[name]: path for name, path in folders.actions.items()},
        }
        writable = {
            paths.out: folders.out,
            paths.artifacts: folders.artifacts,
            paths.cache: folders.cache,
        }
        request = RunRequest(
            name=folders.name,
            image=self._image,
            port=None,
            env=environment,
            memory_bytes=self._memory,
            cpus=self._cpus,
            command=[_PYTHON, "-I", "-S", _SUPERVISOR, *command],
            mounts=[
                *(Mount(source=path, target=at) for at, path in readable.items()),
                *(Mount(source=path, target=at, writable=True) for at, path in writable.items()),
            ],
        )
        try:
            return self._machine.attach(request, beside)
        except MachineUnavailableError as error:
            raise UnavailableRunnerError(
                f"The job's container could not be made: {error}"
            ) from None

    def recover(self) -> None:
        """Removes the containers of a sandbox that was killed."""
        self._machine.remove_attached()
