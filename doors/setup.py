"""All that a command in the sandbox needs, set up beside each other and looked at before."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from doors.doctor.examination import blocked, diagnose
from doors.doctor.needs import PATIENCE_SECONDS, Needs
from doors.doctor.table import refusal
from doors.home import Home
from doors.serving import ensure_sandbox
from doors.steps import Step, run_steps
from doors.trained_models import ensure_models
from sandbox.apps.addresses import LOOPBACK
from sandbox.server.home import image_prefix
from sandbox.server.process import is_running, runs_containers, stop_without_engine
from toolchain.debian_packages import ensure_packages
from toolchain.engine.setup import Engine, ensure_engine
from toolchain.golang.build import discard_downloads, fetch
from toolchain.golang.programs import BUILDKIT, DOCKER_BUILD, PULUMI
from toolchain.images.base_system import make_base_system
from toolchain.images.buildkit import ensure_programs
from toolchain.progress import Progress, SetupError
from toolchain.pulumi.cli import PulumiToolchain, ensure_pulumi
from toolchain.pulumi.docker_build_plugin import (
    build_plugin,
    ensure_docker_build,
    install_plugin,
)
from toolchain.pulumi.environment import pulumi_environment
from toolchain.pulumi.standin_plugins import docker_host_variables, ensure_standins

_COMPILER = "compiler"  # a lane: each build fills all cores
_PACKAGES, _BUILDER, _CLI = "Debian packages", "image builder", "Pulumi CLI"
_PLUGIN, _MODULES = "docker-build plugin", "Go modules"
_SYSTEM, _ENGINE = "base system", "container engine"
# What a plan names where nothing is built or run: a name that can't exist (RFC 6761), no socket.
NO_REGISTRY = "registry.invalid"
NO_ENGINE = "unix:///run/no-engine.sock"


@dataclass
class Parts:
    """What the steps made."""

    toolchain: PulumiToolchain | None = None
    engine: Engine | None = None


@contextmanager
def tools(
    home: Home, progress: Progress, *, server: bool, containers: bool = True
) -> Iterator[tuple[PulumiToolchain, Engine | None]]:
    """Sets up what is missing; the engine runs at least as long as this is held.

    Args:
        home: the sandbox.
        progress: where steps announce themselves.
        server: whether the sandbox's server is started as well.
        containers: whether anything will be built or run; else there is no engine.

    Raises:
        SetupError: this machine can't be set up, and nothing was begun; or a step failed.
    """
    if home.original() is not None:
        home.identity()  # says whose copy this is, before anything else is said of its ports
    needs, findings = diagnose(
        home,
        python_packages=False,
        settled=is_running(home),
        engine_seconds=PATIENCE_SECONDS,
        containers=containers,
    )
    if stopping := blocked(findings):
        raise SetupError(refusal(stopping))
    home.identity()
    parts = Parts()
    with ExitStack() as held:
        run_steps(_steps(home, progress, needs, parts, held, server=server), progress)
        if parts.toolchain is None or (containers and parts.engine is None):
            raise SetupError("A step of the set-up ended without a result. Report this to us.")
        yield parts.toolchain, parts.engine


def sandbox_tools(
    home: Home, progress: Progress, *, containers: bool = True
) -> tuple[dict[str, str], str]:
    """Sets everything up, the sandbox's server included.

    Without containers a plan can be made all the same: nothing of it is built. A server that runs
    already, with an engine, stays as it is.

    Returns:
        Variables for what runs in it, and the address under which its servers are the same for
        this machine, containers and builds.

    Raises:
        SetupError: as `tools`.
    """
    containers = containers or runs_containers(home)
    with tools(home, progress, server=True, containers=containers) as (toolchain, engine):
        name = home.identity().name
        environment = pulumi_environment(toolchain, home.folder)
        pulumi_home = Path(environment["PULUMI_HOME"])
        ensure_standins(pulumi_home)
        if engine is None:
            install_plugin(progress, pulumi_home)
            environment |= {"SLIPWAY_REGISTRY": f"{NO_REGISTRY}/{image_prefix(name)}"}
            return environment | docker_host_variables(NO_ENGINE, name), LOOPBACK
        environment |= ensure_docker_build(
            progress, home.folder, pulumi_home, engine.address, image_prefix(name)
        )
        environment |= docker_host_variables(engine.address.docker_host, name)
    return environment, engine.address.bind_host


def _steps(
    home: Home, progress: Progress, needs: Needs, parts: Parts, held: ExitStack, *, server: bool
) -> list[Step]:
    """In the order in which they should begin: what others wait for is made first."""

    def make_cli() -> None:
        parts.toolchain = ensure_pulumi(progress)

    def start_engine() -> None:
        # Held here only until the server holds it itself; set up in the foreground, since it takes
        # minutes the first time and a person wants to see them pass.
        stop_without_engine(home, progress)
        parts.engine = held.enter_context(ensure_engine(progress))

    steps: list[Step] = []
    if needs.private_engine:
        packages, builder = bool(needs.debian_packages), needs.buildkit
        steps += [
            Step(
                name=_PACKAGES,
                run=lambda: ensure_packages(progress),
                usually_seconds=10 if packages else 0,
            ),
            Step(
                name=_BUILDER,
                run=lambda: _ignore(ensure_programs(progress)),
                lane=_COMPILER,
                usually_seconds=BUILDKIT.usually_seconds if builder else 0,
            ),
        ]
        if needs.base_images:
            steps.append(
                Step(
                    name=_SYSTEM,
                    run=lambda: make_base_system(progress),
                    needs=frozenset({_PACKAGES}),
                    usually_seconds=35,
                )
            )
    before_engine = frozenset(step.name for step in steps)
    steps += [
        Step(
            name=_CLI,
            run=make_cli,
            lane=_COMPILER,
            usually_seconds=PULUMI.usually_seconds if needs.cli else 0,
        ),
        Step(
            name="models",
            run=lambda: ensure_models(home.checkout, progress),
            usually_seconds=needs.training_seconds,
        ),
        Step(
            name=_PLUGIN,
            run=lambda: _ignore(build_plugin(progress)),
            lane=_COMPILER,
            usually_seconds=DOCKER_BUILD.usually_seconds if needs.plugin else 0,
        ),
        Step(
            name=_MODULES,
            # While the first programs compile; nearly all that the CLI needs is among them.
            run=lambda: fetch((DOCKER_BUILD,), progress),
            usually_seconds=30 if needs.plugin else 0,
        ),
        Step(
            name="clean-up",
            run=lambda: _ignore(discard_downloads()),  # gigabytes that only the next build needs
            needs=frozenset({_CLI, _PLUGIN, _MODULES, *before_engine}),
        ),
    ]
    if needs.containers:
        steps.append(
            Step(
                name=_ENGINE,
                run=start_engine,
                needs=before_engine,
                usually_seconds=60 if needs.base_images else 0,
            )
        )
    if server:
        steps.append(
            Step(
                name="sandbox",
                run=lambda: ensure_sandbox(home, progress, containers=needs.containers),
                needs=frozenset({_ENGINE} if needs.containers else ()),
                usually_seconds=0 if is_running(home) else 5,
            )
        )
    return steps


def _ignore(_: object) -> None:
    """For a step whose result is found again in the cache."""
