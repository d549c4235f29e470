"""Runs over a real git repository and a real act; every test has its own repository."""

import contextlib
import itertools
import textwrap
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sandbox.github.contract import Trigger
from sandbox.github.runs.records import JobRecord, Run
from sandbox.github.runs.runners.container_runner import ContainerRunner
from sandbox.github.runs.runners.host_runner import HostRunner
from sandbox.github.runs.running.job_log import read_log
from sandbox.github.runs.service import RunService
from sandbox.machine.docker_machine import DockerMachine
from sandbox.store.database import Database
from tests.sandbox.github.runs.repositories import Repositories
from toolchain.act import ensure_act
from toolchain.engine.address import EngineAddress
from toolchain.engine.setup import ensure_engine, plan
from toolchain.progress import Progress, SetupError

TOKEN = "ghs_tokenOfTheJobs0123456789"
PORT = 9  # where no GitHub answers: these are the runs alone
HOST, CONTAINER = "host", pytest.param("container", marks=pytest.mark.machine)
_NUMBERS = itertools.count(1)


def in_both(metafunc: pytest.Metafunc) -> None:
    """A module's `pytest_generate_tests`: its jobs run on this machine, and then in containers."""
    if "world" in metafunc.fixturenames:
        metafunc.parametrize("world", [HOST, CONTAINER], indirect=True, scope="module")


@dataclass
class World:
    """One sandbox's runs."""

    folder: Path
    repositories: Repositories
    passed: list[tuple[str, str, str]] = field(default_factory=list)
    service: RunService = None
    database: Database = None
    ensure: Callable[[], Path] = lambda: ensure_act(Progress())

    def start(self, **more) -> "World":
        given = {
            "github_url": f"http://127.0.0.1:{PORT}",
            "token_for": lambda _grant: contextlib.nullcontext(TOKEN),
            "parallel_jobs": 3,
            "cancel_seconds": 10.0,
            "folder": self.folder / "runs",
            "runner": HostRunner(self.ensure),
            "checks_passed": lambda *what: self.passed.append(what),
            **more,
        }
        self.database = Database(self.folder / "state.sqlite")
        self.service = RunService(self.database, self.repositories, **given)
        self.service.start()
        return self

    @property
    def inside_url(self) -> str:
        """Where this GitHub answers, as jobs see it."""
        return self.service._tools.runner.translated(f"http://127.0.0.1:{PORT}")

    def new_repository(self) -> str:
        return f"acme/repo-{next(_NUMBERS)}"

    def push(
        self, repository: str, files: dict[str, str], *, ref: str = "refs/heads/main", **more
    ) -> list[int]:
        """Commits files, workflows by their plain names, and pushes; ids of the runs."""
        placed = {
            f".github/workflows/{name}" if name.endswith(".yml") and "/" not in name else name: (
                textwrap.dedent(text)
            )
            for name, text in files.items()
        }
        branch = ref.removeprefix("refs/heads/")
        before, commit = self.repositories.commit(repository, placed, branch=branch, **more)
        return self.trigger(repository, "push", commit, ref=ref, before=before)

    def trigger(self, repository: str, event: str, commit: str | None = None, **more) -> list[int]:
        given = {"ref": "refs/heads/main", "actor": "ann", **more}
        commit = commit or self.repositories.resolve(repository, given["ref"])
        told = Trigger(repository=repository, event=event, commit=commit, **given)
        return list(self.service.triggered(told))

    def finished(self, run: int, *, seconds: float = 60) -> Run:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            found = self.service.records.get(run)
            # Also the last notes of the run's thread are written then.
            if found.status == "completed" and run not in self.service._threads:
                return found
            time.sleep(0.02)
        raise AssertionError(f"run {run} did not end: {self.jobs(run)}")

    def until(self, holds: Callable[[], object], *, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.02)

    def jobs(self, run: int) -> dict[str, JobRecord]:
        attempt = self.service.records.get(run).attempt
        return {job.name: job for job in self.service.records.jobs(run, attempt)}

    def conclusions(self, run: int) -> dict[str, str | None]:
        return {name: job.conclusion for name, job in self.jobs(run).items()}

    def log(self, run: int, name: str) -> str:
        job = self.jobs(run)[name]
        lines = read_log(self.service.log_file(run, job.attempt, job.id))
        return "\n".join(line.text for line in lines)

    def steps(self, run: int, name: str) -> dict[str, str | None]:
        found = self.service.records.steps(self.jobs(run)[name].id)
        return {step.name: step.conclusion for step in found}


@pytest.fixture(scope="module")
def act() -> Path:
    """The act that runs the jobs; built on a machine's first time, which takes a minute."""
    return ensure_act(Progress())


@pytest.fixture(scope="module")
def world(request, tmp_path_factory, act) -> Iterator[World]:
    """Runs whose jobs are on this machine itself, or in containers if a module asks for that."""
    folder = tmp_path_factory.mktemp("runs")
    repositories = Repositories(folder / "git")
    repositories.folder.mkdir()
    made = World(folder, repositories, ensure=lambda: act)
    if getattr(request, "param", HOST) == HOST:
        made.start()
    else:
        machine = request.getfixturevalue("machine")
        made.start(runner=container_runner(machine, act))
    yield made
    made.service.stop()
    made.database.close()
    assert not (made.service.folder / "work").exists()


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineAddress]:
    """The engine of this computer, held."""
    try:
        plan()
    except SetupError as error:
        pytest.skip(str(error))
    with ensure_engine(Progress()) as held:
        yield held.address


@pytest.fixture(scope="module")
def machine(engine) -> Iterator[DockerMachine]:
    """A machine of a sandbox's own; that nothing of it is left in the engine is checked."""
    made = DockerMachine(engine, f"jobs-{uuid.uuid4().hex[:10]}")
    # A computer's first time takes minutes, for which no test's own patience is meant.
    made.runner_image(print)
    yield made
    assert made.remove_containers() == 0, "a job's container outlived it"
    made.close()


def container_runner(machine: DockerMachine, act: Path) -> ContainerRunner:
    return ContainerRunner(machine, lambda: act, ports=lambda: {PORT}, parallel_jobs=3)


@pytest.fixture
def repository(world) -> str:
    """The name of a repository that no other test has."""
    return world.new_repository()
