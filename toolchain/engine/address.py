"""Where a container engine and its builder are; what the machine above is given."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class BuildkitAddress:
    """A BuildKit of our own, beside an engine too old to build with its own."""

    buildctl: Path  # the client program
    address: str  # "unix://…", also for a buildx instance of driver `remote`
    registry: str  # "127.0.0.1:PORT": plain http, reached by the engine and by BuildKit
    data: Path  # on the disk that builds fill
    stand_ins: tuple[str, ...]  # official names that images made here answer to
    # "127.0.0.1:PORT": as the registry, and makes a stand-in that was never asked for before.
    mirror: str | None = None


@dataclass(frozen=True, kw_only=True)
class BuildxAddress:
    """A builder and a registry of ours on the user's own engine, for what Pulumi builds."""

    builder: str  # its name among the builders of `config`
    config: Path  # BUILDX_CONFIG
    registry: str  # "127.0.0.1:PORT", the same for this host, the engine and the builder


@dataclass(frozen=True, kw_only=True)
class EngineAddress:
    """A Docker engine on this host."""

    docker_host: str  # "unix://…"
    inside_host: str  # under which containers and builds reach servers of this host
    # The address such servers have to listen on so that they are reached: of this host, and where
    # the engine runs on this host's own kernel the same as `inside_host`.
    bind_host: str
    buildkit: BuildkitAddress | None  # None: images are built by the engine, through buildx
    # CIDR range for networks that many containers share; None leaves it to the engine's own ranges.
    shared_range: str | None = None
    # The same for addresses that single sandboxes take for themselves; None: none can be taken.
    public_range: str | None = None
    buildx: BuildxAddress | None = None  # beside an engine of the user's

    @property
    def registry(self) -> str | None:
        """Where what is built is pushed to, "127.0.0.1:PORT"; None while none runs."""
        parts = self.buildkit or self.buildx
        return parts.registry if parts else None
