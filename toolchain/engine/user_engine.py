"""A registry and a builder of ours on the user's own Docker engine, shared by the user's clones.

The builder inside the engine can't export the cache of a model's stage, and the user need not have
a registry. So the official images of both run as two containers on that engine, named after our
cache folder. They are stopped, with what they hold kept, when no sandbox uses them.
"""

import hashlib
import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import cache_folder, locked
from toolchain.engine.address import BuildxAddress
from toolchain.engine.leases import Lease, live_leases
from toolchain.images.registry import RegistryClient
from toolchain.ports import free_low_port
from toolchain.progress import Progress, SetupError

REGISTRY_IMAGE = "registry:2"
LABEL = "slipway.shared"  # on what belongs to no single sandbox; the value is the cache folder's
_RUNNING_PORT = (
    '{{.State.Running}} {{(index (index .HostConfig.PortBindings "5000/tcp") 0).HostPort}}'
)
# BuildKit's own bridge, which the official image brings since v0.13. A step that asks for the
# host's network instead is refused, unless whoever builds allows it.
_STEPS_NETWORK = "--oci-worker-net=bridge"
_OLDER = (
    "Image builder: an older version made it, with builds in this machine's own network; others use"
    " it, so that ends when all sandboxes have stopped"
)
_CLIENT_SECONDS = 600.0  # the first start pulls the images
_LOOK_SECONDS = 30.0
_READY_SECONDS = 30.0


def start_registry_and_builder(
    docker_host: str, progress: Progress, *, building: bool = True
) -> tuple[BuildxAddress, "SharedParts"]:
    """Starts what does not run, under one lock for all clones.

    Args:
        docker_host: "unix://…" of an engine that answers and whose client has buildx.
        progress: where the first start announces itself, since it pulls two images.
        building: False where the registry alone is asked for.

    Returns:
        Where both are, and what keeps them running until it is released.

    Raises:
        SetupError: the engine refused one of them; the message holds its words.
    """
    parts = _Parts.on(docker_host)
    with locked(parts.lock, on_wait=lambda: progress.note("Image registry: a set-up has it")):
        shared = SharedParts(parts, Lease(parts.leases))
        try:
            registry = parts.ensure_registry(progress)
            if building:
                parts.ensure_builder(progress)
        except BaseException:
            shared.give_back()
            raise
    address = BuildxAddress(builder=parts.name, config=parts.buildx, registry=registry)
    return address, shared


def was_used(docker_host: str) -> bool:
    """Whether this user's clones ever had a registry of ours on that engine."""
    return _Parts.on(docker_host).folder.exists()


class SharedParts:
    """Keeps registry and builder running for this process; both stop with the last holder."""

    def __init__(self, parts: "_Parts", lease: Lease) -> None:
        self._parts = parts
        self._lease = lease
        self.lease = lease.path

    def release(self) -> None:
        """Gives them back; a second time changes nothing."""
        with locked(self._parts.lock):
            self.give_back()

    def give_back(self) -> None:
        """The same for whoever holds the lock already."""
        self._lease.release()
        if live_leases(self._parts.leases) == 0:
            self._parts.stop()


@dataclass(frozen=True)
class _Parts:
    """Both containers, by their names, and the folder in which ours are told apart."""

    docker_host: str
    folder: Path
    name: str  # of the registry's container and volume, and of the builder

    @classmethod
    def on(cls, docker_host: str) -> "_Parts":
        # Another engine, or another user of the same one, has other containers.
        digest = hashlib.sha256(f"{cache_folder()}\0{docker_host}".encode()).hexdigest()[:8]
        return cls(docker_host, cache_folder() / f"docker-engine-{digest}", f"slipway-{digest}")

    @property
    def lock(self) -> Path:
        return cache_folder() / ".locks" / f"{self.folder.name}.lock"

    @property
    def leases(self) -> Path:
        return self.folder / "leases"

    @property
    def buildx(self) -> Path:
        """BUILDX_CONFIG: builders of ours are not among the user's own."""
        return self.folder / "buildx"

    def ensure_registry(self, progress: Progress) -> str:
        running = self._look("container", "inspect", self.name, "--format", _RUNNING_PORT)
        if running is not None and running.startswith("true "):
            return f"127.0.0.1:{running.split()[1]}"
        if running is not None:
            if self._look("start", self.name) is not None:
                return self._serving(f"127.0.0.1:{running.split()[1]}")
            self._do("rm", "--force", self.name)  # its port is somebody else's; its volume stays
        port = free_low_port()
        with progress.step("Image registry: starting on your Docker engine", usually_seconds=10):
            self._do(*self._run_registry(port))
            return self._serving(f"127.0.0.1:{port}")

    def ensure_builder(self, progress: Progress) -> None:
        self.buildx.mkdir(parents=True, exist_ok=True)
        status = self._look("buildx", "inspect", self.name)
        if status is not None and _STEPS_NETWORK not in status:
            if live_leases(self.leases) > 1:  # whoever holds it may be building
                progress.note(_OLDER)
            else:
                self._do("buildx", "rm", "--keep-state", self.name)
                status = None
        if status is not None and "running" in status:
            return
        with progress.step("Image builder: starting on your Docker engine", usually_seconds=20):
            if status is None:
                # In the host's network, where the registry is on loopback; the steps of builds are
                # in one of their own.
                command = ["buildx", "create", "--name", self.name, "--driver", "docker-container"]
                command += ["--driver-opt", "network=host", "--buildkitd-flags", _STEPS_NETWORK]
                self._do(*command, self.docker_host)
            self._do("buildx", "inspect", "--bootstrap", self.name)

    def stop(self) -> None:
        """Stops both; an engine that is gone has stopped them."""
        collect = (
            "exec",
            self.name,
            "registry",
            "garbage-collect",
            "/etc/docker/registry/config.yml",
        )
        self._look(*collect)  # nobody pushes now
        self._look("stop", self.name)
        self._look("buildx", "stop", self.name)

    def _run_registry(self, port: int) -> list[str]:
        command = ["run", "--detach", "--name", self.name, "--label", f"{LABEL}={self.name}"]
        command += ["--publish", f"127.0.0.1:{port}:5000"]
        command += ["--volume", f"{self.name}:/var/lib/registry"]
        return [*command, "--env", "REGISTRY_STORAGE_DELETE_ENABLED=true", REGISTRY_IMAGE]

    def _serving(self, address: str) -> str:
        deadline = time.monotonic() + _READY_SECONDS
        while not RegistryClient(address).answers():
            if time.monotonic() > deadline:
                said = self._look("logs", "--tail", "5", self.name) or "nothing"
                raise SetupError(
                    f"The image registry (container {self.name}) does not answer at {address}. "
                    f"Its log says: {said}"
                )
            time.sleep(0.1)
        return address

    def _do(self, *words: str) -> None:
        ended = self._docker(words, _CLIENT_SECONDS)
        if ended is None or ended.returncode != 0:
            said = ended.stderr.strip() if ended else "no answer in time"
            raise SetupError(f"`docker {' '.join(words)}` failed: {said}")

    def _look(self, *words: str, seconds: float = _LOOK_SECONDS) -> str | None:
        ended = self._docker(words, seconds)
        return ended.stdout.strip() if ended and ended.returncode == 0 else None

    def _docker(
        self, words: tuple[str, ...], seconds: float
    ) -> "subprocess.CompletedProcess[str] | None":
        try:
            return subprocess.run(
                ["docker", *words],
                check=False,
                capture_output=True,
                text=True,
                timeout=seconds,
                env={**os.environ, **self._environment()},
            )
        except subprocess.TimeoutExpired:
            return None

    def _environment(self) -> Mapping[str, str]:
        return {"DOCKER_HOST": self.docker_host, "BUILDX_CONFIG": str(self.buildx)}
