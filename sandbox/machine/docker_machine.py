"""The machine on top of a Docker engine: images, containers, and a network for each of them."""

import hashlib
import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container as EngineContainer

from sandbox.machine.builders.buildkit_builder import BuildkitBuilder
from sandbox.machine.builders.buildx_builder import BuildxBuilder
from sandbox.machine.builders.once_more import OnceMore
from sandbox.machine.container_logs import followed_lines
from sandbox.machine.container_options import DESKTOP_HOST, STOP_LABEL, container_options
from sandbox.machine.containers.files import add_files
from sandbox.machine.containers.own_address import reached
from sandbox.machine.containers.public_names import PublicNames
from sandbox.machine.contract import (
    Attached,
    BuildRequest,
    Check,
    Companion,
    Companions,
    Container,
    ContainerState,
    LogSink,
    MachineUnavailableError,
    OpenPort,
    RegistryLogin,
    RunRequest,
    wanted_to_the_end,
)
from sandbox.machine.engine_errors import engine_errors
from sandbox.machine.engine_images import SANDBOX_LABEL, EngineImages
from sandbox.machine.engine_networks import EngineNetworks
from sandbox.machine.host_ports import free_port, is_port_conflict
from sandbox.machine.open_ports import open_ports
from sandbox.machine.runners.attached_container import AttachedContainers
from sandbox.machine.runners.container_state import container_state
from sandbox.machine.runners.disk_limits import DiskLimits
from sandbox.machine.runners.runner_image import RunnerImage
from sandbox.machine.stand_in_images import StandInImages
from toolchain.engine.address import EngineAddress

_NAME_LABEL = "slipway.name"
_PORT_LABEL = "slipway.host-port"
# Where nobody asked for more. The platforms wait up to 30 s, which each program that ignores
# SIGTERM as process 1 would cost.
_STOP_SECONDS = 3
_ENDING_AT_ONCE = 8
_API_SECONDS = 120  # unpacking a large image's layers takes a while on two cores
_CONNECTIONS = 64  # each followed log holds one
_PORT_TRIES = 10


class DockerMachine:
    """Builds images and runs containers for one sandbox, apart from those of others.

    Image tags and container names are this sandbox's own: two clones may both have a
    "demo:latest" without seeing each other's.
    """

    def __init__(
        self, engine: EngineAddress, sandbox_id: str, public: PublicNames | None = None
    ) -> None:
        """Connects to an engine.

        Args:
            engine: as `ensure_engine` returned it; the lease is the caller's to hold.
            sandbox_id: names this sandbox in the engine: lower-case letters, digits, hyphens.
            public: names that lead to this sandbox from its containers.

        Raises:
            MachineUnavailableError: the engine does not answer.
        """
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", sandbox_id):
            raise ValueError(f"sandbox id {sandbox_id!r}: lower-case letters, digits and hyphens")
        self.inside_host = engine.inside_host
        self.bind_host = engine.bind_host  # where a server must listen to be reached from inside
        self._sandbox_id = sandbox_id
        self._map_inside_host = engine.inside_host == DESKTOP_HOST
        self._public = public or PublicNames()
        with engine_errors():
            self._client = docker.DockerClient(
                base_url=engine.docker_host, timeout=_API_SECONDS, max_pool_size=_CONNECTIONS
            )
            self._client.ping()
        self._labels = {SANDBOX_LABEL: sandbox_id}
        self._mine: dict[str, Any] = {"label": f"{SANDBOX_LABEL}={sandbox_id}"}
        self._disk = DiskLimits(self._client, self._mine["label"])
        self._images = EngineImages(self._client, sandbox_id)
        self._networks = EngineNetworks(self._client, self._labels, engine)
        self._stand_ins = None if engine.buildkit is None else StandInImages(engine.buildkit)
        self._builder = OnceMore(
            BuildxBuilder(engine.docker_host, self._public, map_inside_host=self._map_inside_host)
            if engine.buildkit is None
            else BuildkitBuilder(engine.buildkit, self._client, self._public)
        )
        self._runner = RunnerImage(self._client, self._builder, closed=engine.buildkit is not None)
        parts = (self._client, self._images, self._networks, self._labels)
        self._attached = AttachedContainers(
            *parts,
            engine_name=self._engine_name,
            map_inside_host=self._map_inside_host,
            public=self._public,
        )

    def build(self, request: BuildRequest, log: LogSink, check: Check = wanted_to_the_end) -> str:
        """Builds an image, and gives its id; see the contract."""
        name = self._images.name(request.tag)
        previous = self._images.identifier(name)
        self._builder.build(replace(request, tag=name, labels=self._labels), log, check)
        built = self._images.identifier(name)
        if built is None:
            raise MachineUnavailableError(
                f"Image {request.tag} was built but the engine does not have it; build it again."
            )
        if previous is not None and previous != built:
            self._images.prune()
        return built

    def pull(self, reference: str, tag: str, login: RegistryLogin | None = None) -> str:
        """Keeps the image of a reference as one of this sandbox's; see the contract."""
        if self._stand_ins is not None:
            reference = self._stand_ins.located(reference)
        return self._images.keep(reference, self._images.name(tag), login)

    def why_not(self, reference: str) -> str | None:
        """Why an official image can't be had; an engine of the user's may be asked for any."""
        return None if self._stand_ins is None else self._stand_ins.why_not(reference)

    def has_image(self, tag: str) -> bool:
        """Whether this sandbox has an image of that tag."""
        return self._images.identifier(self._images.name(tag)) is not None

    def run(self, request: RunRequest) -> Container:
        """Starts a container, instead of one of the same name; see the contract."""
        self.remove(request.name)
        with engine_errors():
            image = self._images.resolve(request.image)
            limits = self._disk.labels(request, self._engine_name)
            labels = {**self._labels, _NAME_LABEL: request.name, **limits}
            own_name = self._engine_name(request.name)
            self._networks.make(own_name, labels, request.outgoing)
            for volume in request.volumes:
                # Known already, it stays as it is.
                self._client.volumes.create(self._engine_name(volume), labels=self._labels)
            for _ in range(_PORT_TRIES):  # freed by us, it may be another's before the engine's
                port = 0 if request.port is None else free_port()
                options = container_options(
                    request,
                    {**labels, _PORT_LABEL: str(port)},
                    port,
                    network=own_name,
                    volumes={self._engine_name(key): at for key, at in request.volumes.items()},
                    map_inside_host=self._map_inside_host,
                    public=self._public,
                )
                container = self._client.containers.create(image, name=own_name, **options)
                self._public.put_into(container)
                add_files(container, request.files)
                if request.private_network is not None:
                    shared = self._engine_name(request.private_network.name)
                    self._networks.join(shared, own_name, request.private_network.alias)
                try:
                    container.start()
                except APIError as error:
                    container.remove(force=True)
                    if not is_port_conflict(error):
                        raise
                else:
                    self._disk.watch(str(container.id), limits)
                    return reached(container, port)
        raise MachineUnavailableError(
            f"Container {request.name}: {_PORT_TRIES} loopback ports in a row were taken by others"
            " while it started; try again."
        )

    def follow_logs(self, container_id: str, log: LogSink) -> None:
        """Feeds a container's output line by line until it ends; a removed one has none."""
        with engine_errors():
            for line in followed_lines(self._client, container_id):
                log(line)
        if reason := self._disk.reason(container_id):
            log(f"sandbox: {reason}")

    def state(self, container_id: str) -> ContainerState | None:
        """What the engine says of a container, or None if it has none of that id."""
        with engine_errors(), suppress(NotFound):
            state: dict[str, Any] = self._client.containers.get(container_id).attrs["State"]
            return container_state(state, self._disk.reason(container_id))
        return None

    def open_ports(self, container_id: str) -> Sequence[OpenPort]:
        """What is listened on in a container; nothing once it ended."""
        with engine_errors(), suppress(APIError):
            return open_ports(self._client.containers.get(container_id))
        return ()

    def find(self, name: str) -> Container | None:
        """A running container of this sandbox by its name."""
        with engine_errors(), suppress(NotFound):
            container = self._client.containers.get(self._engine_name(name))
            if container.status == "running":
                self._disk.watch(str(container.id), container.labels)
                return reached(container, int(container.labels[_PORT_LABEL]))
        return None

    def names(self) -> Sequence[str]:
        """The names of this sandbox's containers; see the contract."""
        with engine_errors():
            found = self._containers({"label": [self._mine["label"], _NAME_LABEL]})
            names = {str(each.labels[_NAME_LABEL]) for each in found}
            return sorted(names | self._networks.labels(_NAME_LABEL))

    def remove(self, name: str, *, soon: bool = False) -> None:
        """Stops and removes a container, its network, and an image nobody names any more."""
        with engine_errors():
            with suppress(NotFound):
                container = self._client.containers.get(self._engine_name(name))
                self._end(container, None if soon else container.labels.get(STOP_LABEL))
            self._networks.remove(self._engine_name(name))
        self._images.prune()

    def remove_volume(self, name: str) -> None:
        """Removes a volume of this sandbox with what is in it."""
        with engine_errors(), suppress(NotFound):
            self._client.volumes.get(self._engine_name(name)).remove()

    def remove_image(self, tag: str) -> None:
        """Forgets an image of this sandbox, here and in the builder's registry."""
        self._forget_image(self._images.name(tag))

    def runner_image(self, log: LogSink, check: Check = wanted_to_the_end) -> str:
        """The image of a machine for jobs, made if it is not there; see the contract."""
        return self._runner.ensure(log, check)

    def start_companions(
        self, name: str, companions: Sequence[Companion], check: Check
    ) -> Companions:
        """Starts what serves an attached container; see the contract."""
        return self._attached.start_companions(name, companions, check)

    def attach(self, request: RunRequest, beside: Companions | None = None) -> Attached:
        """Starts a container whose input and output are the caller's; see the contract."""
        return self._attached.start(request, beside)

    def remove_attached(self) -> None:
        """Removes what an end of the sandbox left of such containers."""
        self._attached.remove_all()

    def remove_containers(self) -> int:
        """Ends everything of this sandbox that runs; returns how many containers there were."""
        with engine_errors():
            containers = self._containers(self._mine)
            with ThreadPoolExecutor(_ENDING_AT_ONCE) as pool:
                list(pool.map(self._end, containers))
            for network in self._client.networks.list(filters=self._mine):
                network.remove()
        return len(containers)

    def remove_all(self) -> None:
        """Removes everything of this sandbox: containers, networks, volumes and images."""
        self.remove_containers()
        with engine_errors():
            for volume in self._client.volumes.list(filters=self._mine):
                volume.remove()
        for name in self._images.own_names():
            self._forget_image(name)
        self._images.prune()

    def close(self) -> None:
        """Ends its threads and its connections to the engine, where all that runs goes on."""
        self._disk.close()
        self._client.close()

    def _forget_image(self, name: str) -> None:
        self._builder.forget(name)
        self._images.forget(name)

    def _containers(self, filters: dict[str, Any]) -> list[EngineContainer]:
        return self._client.containers.list(all=True, ignore_removed=True, filters=filters)

    def _end(self, container: EngineContainer, seconds: str | None = None) -> None:
        with suppress(NotFound):  # it may go by itself, or somebody else removes it
            container.stop(timeout=int(seconds or _STOP_SECONDS))
            container.remove(force=True, v=True)
        self._disk.forget(str(container.id))

    def _engine_name(self, name: str) -> str:
        """A name of ours as the engine takes them; a digest keeps apart what looks alike then."""
        allowed = re.sub(r"[^a-zA-Z0-9_.-]+", "-", name)
        if allowed != name:
            allowed = f"{allowed}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
        return f"slipway-{self._sandbox_id}-{allowed}"
