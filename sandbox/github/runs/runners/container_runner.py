"""Runs each job in a container of its own: of this machine it has what it is given, no more."""

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from sandbox.github.runs.runners.act_program import ActProgram
from sandbox.github.runs.runners.job_container import JobContainer
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
from sandbox.machine.no_machine import require_containers
from toolchain.progress import SetupError

_MOST_MEMORY = 16 * 1024**3  # bytes, and
_MOST_CPUS = 4  # of a machine that GitHub calls ubuntu-latest
_PYTHON = "/usr/bin/python3"
_OURS = "/slipway"  # where a job sees what it is given
_SUPERVISOR = f"{_OURS}/supervise.py"
_ACT = f"{_OURS}/bin/act"
_HOME = "/home/runner"
# An image that a job names has its own PATH, and keeps its Python somewhere on that.
_ITS_PYTHON = "python3"
_IN_ITS_IMAGE = (
    'command -v python3 > /dev/null || { echo "The image of this job has no python3, by which its'
    ' steps are started here. On GitHub it would run." >&2; exit 127; }\n'
    'for folder in "$SLIPWAY_WORKSPACE" $SLIPWAY_FOLDERS; do mkdir -p "$folder" || exit; done\n'
    'PATH="$SLIPWAY_SHELLS:$PATH"; export PATH; unset SLIPWAY_WORKSPACE SLIPWAY_FOLDERS\n'
    f'exec {_ITS_PYTHON} -I -S {_SUPERVISOR} "$@"'
)


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
        """Makes act, once."""
        del check  # a build of Go serves the next job too
        with _explained():
            require_containers(self._machine)
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
            python=_PYTHON if folders.container is None else _ITS_PYTHON,
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
        """Has the job's image, and its services in one network with it, with a job's limits.

        In a container of its own choice the job reaches them by their names, else at localhost.
        """
        image = folders.container
        if image is None:
            self._make_image(say, check)
        else:
            say(f"This job runs in its own container, of the image {image.image}.")
            self._pull(image)
            check()
        for each in services:
            say(f"Service {each.name}: {each.image}")
            self._pull(each)
            check()
        if not services:
            yield None
            return
        companions = [self._companion(each, by_name=image is not None) for each in services]
        try:
            started = self._machine.start_companions(f"{folders.name}-services", companions, check)
        except MachineUnavailableError as error:
            raise UnavailableRunnerError(f"A service can't be had: {error}") from None
        where = "localhost" if image is None else "their names as hosts"
        say(f"The services are up; the job reaches them at {where}.")
        try:
            yield started
        finally:
            started.remove()

    def _make_image(self, say: Say, check: Check) -> None:
        """Ours, once; who names another image never waits for it."""
        with _explained():
            self._image = self._machine.runner_image(say, check)

    def _pull(self, wanted: JobContainer | Service) -> None:
        try:
            self._machine.pull(wanted.image, wanted.tag, wanted.login)
        except (ImageUnavailableError, MachineUnavailableError) as error:
            why = self._machine.why_not(wanted.image)
            more = "" if why is None else f" ({why})"
            raise UnavailableRunnerError(f"An image can't be had: {error}{more}") from None

    def _companion(self, service: Service, *, by_name: bool) -> Companion:
        request = RunRequest(
            name=service.name,
            image=service.tag,
            port=None,
            env=service.env,
            memory_bytes=self._memory,
            cpus=self._cpus,
        )
        alias = service.name if by_name else None
        return Companion(request=request, health=service.health, alias=alias)

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
        if folders.container is not None:
            request = _in_its_image(request, folders.container, paths, command)
        try:
            return self._machine.attach(request, beside)
        except MachineUnavailableError as error:
            raise UnavailableRunnerError(
                f"The job's container could not be made: {error}"
            ) from None

    def recover(self) -> None:
        """Removes the containers of a sandbox that was killed."""
        self._machine.remove_attached()


@contextmanager
def _explained() -> Iterator[None]:
    """What a job is told where the machine that it would run on can't be had."""
    try:
        yield
    except (BuildFailedError, MachineUnavailableError, SetupError) as error:
        raise UnavailableRunnerError(
            f"The machine for jobs could not be made: {error}\nJobs run on this machine itself"
            " where the sandbox is started with `--jobs host`; do that only for workflows that"
            " you would run yourself."
        ) from None


def _in_its_image(
    request: RunRequest, container: JobContainer, paths: JobPaths, command: Sequence[str]
) -> RunRequest:
    """The same job in the image that it names: as root there, and without that one's entry point.

    PATH is the image's own, unless the job sets one.
    """
    kept = {name: value for name, value in request.env.items() if name != "PATH"}
    own = {
        "SLIPWAY_WORKSPACE": paths.workspace,
        "SLIPWAY_FOLDERS": " ".join(container.folders),
    }
    return replace(
        request,
        image=container.tag,
        env={**kept, **container.env, **own},
        user="root",
        entrypoint=["/bin/sh"],
        command=["-c", _IN_ITS_IMAGE, "sh", *command],
    )
