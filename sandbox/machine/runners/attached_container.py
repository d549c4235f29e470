"""A container whose input and output are its starter's, and that ends when its starter does."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import docker
from docker.errors import DockerException
from docker.models.containers import Container
from docker.types import Ulimit

from sandbox.machine.container_options import container_options
from sandbox.machine.containers.public_names import PublicNames
from sandbox.machine.contract import Check, Companion, Companions, RunRequest
from sandbox.machine.engine_errors import engine_errors
from sandbox.machine.engine_images import EngineImages
from sandbox.machine.engine_networks import EngineNetworks
from sandbox.machine.runners.companions import StartedCompanions
from sandbox.machine.runners.removal import remove_container

_LABEL = "slipway.attached"  # on container and network
_HEADER = struct.Struct(">BxxxI")  # of each piece of output: which stream, bytes that follow
_ERRORS = 2  # of the streams
_CHUNK = 64 * 1024
_REMOVED = 137  # as after SIGKILL
# A crash in a job would write its memory, with the secrets in it, into the workspace.
_NO_CORE_DUMPS = Ulimit(name="core", soft=0, hard=0)


class AttachedContainer:
    """A program in a container, told and read like a child process.

    The engine closes its input when the connection that this one holds ends, also when this process
    is killed: a program that ends then leaves nothing behind. `output` belongs to one thread; all
    others to any.
    """

    def __init__(
        self, container: Container, client: docker.DockerClient, removed: Callable[[], None]
    ) -> None:
        """Attaches to a container that has not started, and starts it. Errors are the engine's own.

        Args:
            container: made to be attached to.
            client: its engine.
            removed: called after the container was taken away.
        """
        self._container = container
        self._removed = removed
        self._telling = threading.Lock()
        self._is_open = True
        ends = {"stdin": 1, "stdout": 1, "stderr": 1, "stream": 1}
        self._stream = client.api.attach_socket(str(container.id), params=ends)
        self._socket: socket.socket = getattr(self._stream, "_sock", self._stream)
        self._socket.settimeout(None)  # it may be silent for hours
        container.start()

    def output(self) -> Iterator[tuple[bool, bytes]]:
        """What it prints, as it comes: (whether to standard error, bytes); ends when it ended."""
        with suppress(OSError, struct.error):  # the engine is gone, or `remove` closed it
            while len(header := self._socket.recv(_HEADER.size, socket.MSG_WAITALL)) > 0:
                number, left = _HEADER.unpack(header)
                while left > 0 and (piece := self._socket.recv(min(left, _CHUNK))):
                    left -= len(piece)
                    yield number == _ERRORS, piece

    def tell(self, text: bytes) -> None:
        """Writes to its standard input; nobody minds if it has ended."""
        with self._telling, suppress(OSError):
            if self._is_open:
                self._socket.sendall(text)

    def close(self) -> None:
        """Ends its standard input."""
        with self._telling, suppress(OSError):
            if self._is_open:
                self._is_open = False
                self._socket.shutdown(socket.SHUT_WR)

    def wait(self) -> int:
        """Its exit code; that of a killed one where it was removed before anybody could ask."""
        try:
            return int(self._container.wait()["StatusCode"])
        except (DockerException, OSError):
            return _REMOVED

    def remove(self) -> None:
        """Ends it, and takes it away with its network and all that was written in it."""
        with engine_errors():
            remove_container(self._container)
            self._removed()
        with suppress(OSError):
            self._socket.close()


class AttachedContainers:
    """Those of one sandbox, each in a network of its own."""

    def __init__(
        self,
        client: docker.DockerClient,
        images: EngineImages,
        networks: EngineNetworks,
        labels: Mapping[str, str],
        *,
        engine_name: Callable[[str], str],
        map_inside_host: bool,
        public: PublicNames,
    ) -> None:
        """Takes what they are made with.

        Args:
            client: the engine.
            images: of this sandbox.
            networks: of this sandbox.
            labels: of everything of this sandbox.
            engine_name: a name of ours as the engine has it.
            map_inside_host: as `container_options` has it.
            public: the same.
        """
        self._client = client
        self._images = images
        self._engine_name = engine_name
        self._networks = networks
        self._labels = {**labels, _LABEL: "yes"}
        self._map_inside_host = map_inside_host
        self._public = public

    def start(self, request: RunRequest, beside: Companions | None) -> AttachedContainer:
        """Starts one, in a network of its own or that of its companions.

        Raises:
            MachineUnavailableError: the engine refuses.
        """
        name = self._engine_name(request.name)
        image = self._images.resolve(request.image)
        with engine_errors():
            if beside is None:
                self._networks.make(name, self._labels)
            container: Container | None = None
            try:
                options = container_options(
                    request,
                    self._labels,
                    0,
                    network=name if beside is None else beside.network_mode,
                    volumes={},
                    map_inside_host=self._map_inside_host,
                    public=self._public,
                )
                # Not detached, the engine ends its input with the connection.
                options |= {"detach": False, "stdin_open": True}
                options["ulimits"] = [_NO_CORE_DUMPS]
                container = self._client.containers.create(image, name=name, **options)
                self._public.put_into(container)
                return AttachedContainer(
                    container, self._client, lambda: self._networks.remove(name)
                )
            except BaseException:
                if container is not None:
                    remove_container(container)
                self._networks.remove(name)
                raise

    def start_companions(
        self, name: str, companions: Sequence[Companion], check: Check
    ) -> StartedCompanions:
        """Starts at least one, and waits until each is as well as it says.

        Raises:
            Whatever `check` raises.
            MachineUnavailableError: one ended or is not well, or the engine refuses.
        """
        name = self._engine_name(name)
        images = [self._images.resolve(each.request.image) for each in companions]
        with engine_errors():
            self._networks.make(name, self._labels)
            started = StartedCompanions(self._networks, name, self._public)
            try:
                for each, image in zip(companions, images, strict=True):
                    mapped = self._map_inside_host
                    started.start(self._client, image, each, self._labels, map_inside_host=mapped)
                started.wait(companions, check)
            except BaseException:
                started.remove()
                raise
        return started

    def remove_all(self) -> None:
        """Removes what is left of them; none may be at work.

        Raises:
            MachineUnavailableError: the engine refuses.
        """
        ours: dict[str, Any] = {"label": [f"{key}={value}" for key, value in self._labels.items()]}
        with engine_errors():
            for container in self._client.containers.list(
                all=True, ignore_removed=True, filters=ours
            ):
                remove_container(container)
            for network in self._client.networks.list(filters=ours):
                self._networks.remove(str(network.name))
