"""What the sandbox's platforms ask of the machine below them; they know no other part of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

LogSink = Callable[[str], None]  # receives one line of text without its newline
# Raises whatever its owner likes once nobody wants the result any more.
Check = Callable[[], None]


def wanted_to_the_end() -> None:
    """The `Check` of work that nobody will ask to end."""


class BuildFailedError(Exception):
    """An image build ended with an error of the Dockerfile or its context; the log says which."""


class MachineUnavailableError(Exception):
    """The container engine or the builder does not answer; the message says which, and a remedy."""


class ImageUnavailableError(Exception):
    """No image of that reference can be had; the message says of whom it was asked."""


@dataclass(frozen=True, kw_only=True)
class BuildRequest:
    """One image build from a Dockerfile as it stands."""

    context: Path  # folder holding the Dockerfile and everything it copies
    tag: str  # local image name to give the result, "name:tag"
    dockerfile: str = "Dockerfile"  # path inside the context
    build_args: Mapping[str, str] = field(default_factory=dict[str, str])
    labels: Mapping[str, str] = field(default_factory=dict[str, str])  # of the image
    secrets: Mapping[str, str] = field(
        default_factory=dict[str, str]
    )  # id -> value, for RUN --mount
    no_cache: bool = False


@dataclass(frozen=True, kw_only=True)
class RunRequest:
    """One container, alone in a network of its own."""

    name: str  # unique within this sandbox; also names the container's network
    image: str
    port: int | None  # TCP port the application listens on inside; None: nobody visits it
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    user: str | None = None  # numeric uid, "root", or None for the image's own
    memory_bytes: int | None = None
    cpus: float | None = None
    # What it may write outside of volumes; None: what the machine lets everybody.
    disk_bytes: int | None = None
    command: Sequence[str] | None = None  # instead of the image's own; None keeps that
    entrypoint: Sequence[str] | None = None  # the same
    files: Mapping[str, str] = field(default_factory=dict[str, str])  # absolute path -> content
    # Volumes of this sandbox, made when first named: name -> absolute path. Only `remove_volume`
    # ends one.
    volumes: Mapping[str, str] = field(default_factory=dict[str, str])
    # What each of them may hold, by its name; one that is not named has no limit.
    volume_bytes: Mapping[str, int] = field(default_factory=dict[str, int])
    private_network: "PrivateNetwork | None" = None  # besides the one of its own
    # TCP ports of other machines that it may call, where it can be held to them; None: all.
    outgoing: Sequence[int] | None = None
    stop_seconds: int | None = None  # between SIGTERM and SIGKILL; None: a few
    mounts: Sequence["Mount"] = ()


@dataclass(frozen=True, kw_only=True)
class Mount:
    """A file or folder of this machine that a container sees; it has to be there."""

    source: Path
    target: str  # absolute path
    writable: bool = False


@dataclass(frozen=True)
class PrivateNetwork:
    """A network that containers of one sandbox share, in which they find each other by name."""

    name: str  # unique within this sandbox; made when first named
    alias: str  # the container's host name in it


@dataclass(frozen=True)
class RegistryLogin:
    """Who asks a private registry for an image."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class Container:
    """A started container and the loopback port under which the host reaches its application."""

    id: str
    host_port: int  # 0 where nobody visits it
    # Address and port of the application itself, where this machine has a way there.
    own_address: tuple[str, int] | None = None


@dataclass(frozen=True)
class ContainerState:
    """What the engine says of a container; `exit_code` is None while it runs."""

    running: bool
    exit_code: int | None
    out_of_memory: bool
    # Why this sandbox ended it, in one sentence that its log ends with too; None: it did not.
    ended_because: str | None = None


@dataclass(frozen=True)
class OpenPort:
    """A TCP port that a program in a container listens on."""

    number: int
    only_inside: bool  # on the container's loopback, where nobody from outside reaches it


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """How an engine asks a container whether it is well, as `docker run --health-…` says it."""

    command: str  # for the image's shell
    interval_seconds: float = 30
    timeout_seconds: float = 30
    retries: int = 3
    start_seconds: float = 0


@dataclass(frozen=True, kw_only=True)
class Companion:
    """A container that serves an attached one."""

    request: RunRequest
    health: HealthCheck | None = None  # None: the image's own, if it has one
    alias: str | None = None  # its host name for the others; None: they share `localhost` with it


class Companions(Protocol):
    """Started ones, in one network."""

    @property
    def network_mode(self) -> str:
        """How a container joins them, as the engine takes it."""
        ...

    def remove(self) -> None:
        """Ends them, and takes them away with all that they wrote."""
        ...


class Attached(Protocol):
    """A program in a container, told and read like a child process, which ends with its starter."""

    def output(self) -> Iterator[tuple[bool, bytes]]:
        """What it prints, as it comes: (whether to standard error, bytes); ends when it ended."""
        ...

    def tell(self, text: bytes) -> None:
        """Writes to its standard input; nobody minds if it has ended."""
        ...

    def close(self) -> None:
        """Ends its standard input."""
        ...

    def wait(self) -> int:
        """Its exit code, once it ended."""
        ...

    def remove(self) -> None:
        """Ends it, and takes it away with its network and all that was written in it."""
        ...


class Machine(Protocol):
    """Builds images and runs containers. All methods block; call them from a thread."""

    inside_host: str  # the address under which containers and builds reach this sandbox's servers

    def build(self, request: BuildRequest, log: LogSink, check: Check = wanted_to_the_end) -> str:
        """Builds and returns the image's digest or id; raises BuildFailedError.

        `check` is asked several times a second, also while the build prints nothing. What it
        raises ends the build with everything it started, and is raised here.
        """
        ...

    def pull(self, reference: str, tag: str, login: RegistryLogin | None = None) -> str:
        """Keeps the image of a reference here as `tag`, and returns its digest.

        What the reference names at this moment is kept: `tag` stays when the registry's own tag
        moves on. Raises ImageUnavailableError.
        """
        ...

    def why_not(self, reference: str) -> str | None:
        """Why an official image can't be had on this machine; None if it may be asked for."""
        ...

    def has_image(self, tag: str) -> bool:
        """Whether an image was built or kept here under this tag, and is still there."""
        ...

    def run(self, request: RunRequest) -> Container:
        """Starts a container; one of the same name is removed first."""
        ...

    def follow_logs(self, container_id: str, log: LogSink) -> None:
        """Feeds stdout and stderr line by line until the container ends."""
        ...

    def state(self, container_id: str) -> ContainerState | None:
        """The container's state, or None if the engine does not know it."""
        ...

    def open_ports(self, container_id: str) -> Sequence[OpenPort]:
        """What is listened on in a container, as far as can be seen."""
        ...

    def find(self, name: str) -> Container | None:
        """A running container of this sandbox by its name, as after a restart of the sandbox."""
        ...

    def names(self) -> Sequence[str]:
        """The names of this sandbox's containers, those that ended included; jobs' have none.

        Also of those that a kill left half made or half removed, of which a network is there alone.
        """
        ...

    def remove(self, name: str, *, soon: bool = False) -> None:
        """Stops and removes the container of that name and its network; absent is success.

        Returns when it ended by itself after SIGTERM, or was killed when its `stop_seconds` were
        over; `soon`: when a few were, as when the sandbox itself stops.
        """
        ...

    def remove_volume(self, name: str) -> None:
        """Removes a volume and what is in it; absent is success, in use is not."""
        ...

    def remove_image(self, tag: str) -> None:
        """Forgets an image; absent or in use is success."""
        ...

    def runner_image(self, log: LogSink, check: Check = wanted_to_the_end) -> str:
        """The image of a machine for jobs of workflows, made if it is not there; raises as `build`.

        Making it takes minutes; `log` hears how far it is.
        """
        ...

    def start_companions(
        self, name: str, companions: Sequence[Companion], check: Check
    ) -> Companions:
        """Starts at least one, under a common name; returns when each is as well as it says.

        Raises whatever `check` does, and MachineUnavailableError where one ends or is not well.
        """
        ...

    def attach(self, request: RunRequest, beside: Companions | None = None) -> Attached:
        """Starts a container that nobody visits, whose input and output are the caller's.

        With companions, `localhost` is the same for it and for them, or they have host names.

        Its program has to end when its standard input does: that happens when this process ends,
        however that ends.
        """
        ...

    def remove_attached(self) -> None:
        """Removes containers that `attach` started and that an end of the sandbox left behind."""
        ...
