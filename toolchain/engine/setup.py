"""Finds a container engine with an image builder, or sets one up where that can be done."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

from toolchain.engine import private_engine, user_engine
from toolchain.engine.address import EngineAddress
from toolchain.engine.endpoint import engine_answers, engine_listens
from toolchain.engine.private_engine import start_private_engine, stop_private_engine_if_unused
from toolchain.images.root_filesystem import host_release
from toolchain.progress import Progress, SetupError

_DEFAULT_HOST = "unix:///var/run/docker.sock"
_SLOW_SECONDS = 60.0  # one that lives on a busy machine is not taken for absent
_CLIENT_SECONDS = 30.0  # of docker itself: read from a cold disk, it takes more than a glance
_DESKTOP_HOST = "host.docker.internal"


class Route(Enum):
    """How this host comes by an engine."""

    RUNNING = "running"  # a Docker engine answers and has buildx
    PRIVATE = "private"  # set up by us; root on Debian or Ubuntu


@dataclass(frozen=True)
class EnginePlan:
    """What `ensure_engine` would do here."""

    route: Route
    docker_host: str | None  # of the running engine
    reason: str  # a sentence for a person


@dataclass(frozen=True)
class Engine:
    """An engine that runs, kept running for this process while it is held."""

    address: EngineAddress
    give_back: Callable[[Progress], None]
    lease: Path | None = None  # the file of the hold on what is ours; gone if somebody removed it

    def release(self, progress: Progress) -> None:
        """Gives the engine back; what of it is ours stops when no other sandbox uses it."""
        self.give_back(progress)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release(Progress())


def plan(seconds: float = _SLOW_SECONDS) -> EnginePlan:
    """Decides how this host comes by an engine; starts and changes nothing.

    Args:
        seconds: how long an engine that listens may take to answer. With less than what is usual
            here, one that has not answered by then is taken for busy and not for absent.

    Raises:
        SetupError: it can have none; the message says what would help.
    """
    host, why_not = _running_engine(seconds)
    if host is not None:
        return EnginePlan(Route.RUNNING, host, f"The Docker engine at {host} is used.")
    obstacle = _private_obstacle()
    if obstacle is None:
        reason = f"{why_not} A private engine is set up from Debian packages and source."
        return EnginePlan(Route.PRIVATE, None, reason)
    raise SetupError(
        f"No container engine: {why_not} A private one can't be set up either: {obstacle} Either"
        " install and start Docker with its buildx plugin, or run this as root on Debian or"
        " Ubuntu."
    )


def ensure_engine(progress: Progress, *, building: bool = True) -> Engine:
    """Finds the running engine, or sets up and starts the private one.

    Quick when all is there and running. The private engine, and on the user's own our registry and
    builder, run as long as any process that called this lives and has not released it.

    Args:
        progress: where set-up and start announce themselves.
        building: False where nothing will be built, only looked at or removed.

    Raises:
        SetupError: see `plan`, or a part could not be set up or started.
    """
    chosen = plan()
    if chosen.route is Route.RUNNING and chosen.docker_host is not None:
        address = _address_of(chosen.docker_host)
        if not building and not user_engine.was_used(chosen.docker_host):
            return Engine(address, lambda _: None)
        buildx, parts = user_engine.start_registry_and_builder(
            chosen.docker_host, progress, building=building
        )
        return Engine(replace(address, buildx=buildx), lambda _: parts.release(), parts.lease)
    address, lease = start_private_engine(progress)

    def give_back(progress: Progress) -> None:
        lease.release()
        stop_private_engine_if_unused(progress)

    return Engine(address, give_back, lease.path)


def may_hold_anything() -> bool:
    """Whether things of a sandbox may be in the engine: it is the user's, or was once set up.

    Raises:
        SetupError: see `plan`.
    """
    return plan().route is Route.RUNNING or private_engine.exists()


def _running_engine(seconds: float) -> tuple[str | None, str]:
    """The address of an engine that answers and can build, or why there is none."""
    host = os.environ.get("DOCKER_HOST") or _context_host() or _DEFAULT_HOST
    if not host.startswith("unix://"):
        return None, f"The Docker engine at {host} is not on this host."
    busy = seconds < _SLOW_SECONDS and engine_listens(host)
    if not engine_answers(host, seconds=seconds) and not busy:
        return None, f"No Docker engine answers at {host}."
    if _docker("buildx", "version") is None:
        return None, f"The Docker engine at {host} has no buildx plugin."
    return host, ""


def _context_host() -> str | None:
    """The engine of the user's current docker context, as Docker Desktop sets one."""
    shown = _docker("context", "inspect")
    if shown is None:
        return None
    endpoint = json.loads(shown)[0]["Endpoints"]["docker"]
    return str(endpoint.get("Host") or "") or None


def _private_obstacle() -> str | None:
    """Why no private engine can be set up here, or None."""
    if os.geteuid() != 0:
        return "this user is not root."
    if shutil.which("apt-get") is None:
        return "there is no apt-get."
    try:
        host_release()
    except SetupError as error:
        return str(error)
    return None


def _address_of(docker_host: str) -> EngineAddress:
    """The running engine's address, and its bridge's where that is one of this host's own."""
    gateway = _docker(
        "--host",
        docker_host,
        "network",
        "inspect",
        "bridge",
        "--format",
        "{{range .IPAM.Config}}{{.Gateway}} {{end}}",
    )
    for address in (gateway or "").split():
        if _is_local(address):
            return EngineAddress(
                docker_host=docker_host, inside_host=address, bind_host=address, buildkit=None
            )
    # The engine runs in a virtual machine, as Docker Desktop's; that name leads to our loopback.
    return EngineAddress(
        docker_host=docker_host, inside_host=_DESKTOP_HOST, bind_host="127.0.0.1", buildkit=None
    )


def _is_local(address: str) -> bool:
    """Whether a server of this host can listen on an IPv4 address."""
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def _docker(*words: str) -> str | None:
    """What the docker CLI prints, or None if it fails or is not there.

    Raises:
        SetupError: it does not end, which says nothing about what it was asked.
    """
    try:
        ended = subprocess.run(
            ["docker", *words], check=False, capture_output=True, text=True, timeout=_CLIENT_SECONDS
        )
    except subprocess.TimeoutExpired:
        raise SetupError(
            f"`docker {' '.join(words)}` did not end within {_CLIENT_SECONDS:.0f} s. See what it"
            " waits for, or try again when this machine is less busy."
        ) from None
    except OSError:
        return None
    return ended.stdout.strip() if ended.returncode == 0 else None
