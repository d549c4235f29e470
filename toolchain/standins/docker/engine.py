"""The engine that a provider instance names, and what it may be: never somebody else's."""

import os
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlparse

import docker
from docker.errors import APIError, DockerException

from toolchain.standins.protocol import PluginError, Properties

ALLOW_VARIABLE = "SLIPWAY_STANDIN_DOCKER_HOSTS"  # addresses beyond this machine, comma-separated
OWNER_VARIABLE = "SLIPWAY_STANDIN_OWNER"  # name of the sandbox that all is made for
OWNER_LABEL = "slipway.made-for"  # on all of it: a sandbox that is forgotten takes it along
_API_SECONDS = 120  # unpacking a large image's layers takes a while on two cores
_CONNECTIONS = 32  # as many as the plugin has threads
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")
_SERVED = {"host", "version"}


class Engine:
    """A Docker engine, and whether the deployment was cancelled meanwhile. Thread-safe.

    Args:
        reach: connects to it, when something is first asked of it: a plan asks nothing.
        cancelled: set when the deployment is.
        owner: the sandbox's name; empty outside of any.
    """

    def __init__(
        self,
        reach: Callable[[], docker.DockerClient],
        cancelled: threading.Event,
        owner: str = "",
    ) -> None:
        self._reach = reach
        self._reaching = threading.Lock()
        self._client: docker.DockerClient | None = None
        self.cancelled = cancelled
        self.owner = owner

    @property
    def client(self) -> docker.DockerClient:
        """The connection; raises PluginError if the engine does not answer."""
        with self._reaching:
            if self._client is None:
                self._client = self._reach()
            return self._client

    def labels(self, inputs: Properties) -> dict[str, str]:
        """What the program gave, and whose it is."""
        given = {each["label"]: each["value"] for each in inputs.get("labels") or []}
        return {**given, OWNER_LABEL: self.owner} if self.owner else given

    def label_list(self, labels: Mapping[str, str] | None) -> list[Properties]:
        """What the program gave, as the state holds it."""
        given = {key: value for key, value in (labels or {}).items() if key != OWNER_LABEL}
        return [{"label": key, "value": value} for key, value in sorted(given.items())]

    def pause(self, seconds: float) -> None:
        """Waits a moment.

        Raises:
            PluginError: the deployment was cancelled.
        """
        if self.cancelled.wait(seconds):
            raise PluginError("Cancelled.")


def connect(properties: Properties, cancelled: threading.Event) -> Engine:
    """The engine that the provider's properties or DOCKER_HOST name.

    Raises:
        PluginError: it may not be used, or is not named.
    """
    if refused := sorted(set(properties) - _SERVED):
        raise PluginError(
            f"The sandbox's stand-in for the docker plugin does not serve the provider's "
            f"{', '.join(refused)}; it serves host."
        )
    address = allowed_address(str(properties.get("host") or ""), os.environ)

    def reach() -> docker.DockerClient:
        with engine_calls(f"Docker host {address}"):
            client = docker.DockerClient(
                base_url=address,
                timeout=_API_SECONDS,
                max_pool_size=_CONNECTIONS,
                use_ssh_client=address.startswith("ssh://"),
            )
            client.ping()
        return client

    return Engine(reach, cancelled, os.environ.get(OWNER_VARIABLE, ""))


def allowed_address(host: str, environment: Mapping[str, str]) -> str:
    """The engine's address if it may be used.

    The user's own engine is never taken by default: what is not named is refused.

    Args:
        host: the provider's.
        environment: where DOCKER_HOST and the exceptions stand.

    Raises:
        PluginError: no address, or one beyond this machine that nobody allowed.
    """
    address = host or environment.get("DOCKER_HOST", "")
    if not address:
        raise PluginError(
            "No Docker host. Give the provider a host, such as unix:///path/to/docker.sock; the "
            "sandbox's stand-in takes none by itself."
        )
    url = urlparse(address)
    local = url.scheme == "unix" or (
        url.scheme == "tcp" and _LOOPBACK.fullmatch(url.hostname or "") is not None
    )
    allowed = {each.strip() for each in environment.get(ALLOW_VARIABLE, "").split(",")}
    if local or address in allowed:
        return address
    raise PluginError(
        f"Docker host {address} is not on this machine, and the sandbox's stand-in for the docker "
        "plugin reaches no other: use the official plugin there (`pulumi plugin install resource "
        f"docker`), or name the address in {ALLOW_VARIABLE}."
    )


@contextmanager
def engine_calls(what: str) -> Iterator[None]:
    """Around calls to the engine: what it refuses becomes words about `what`."""
    try:
        yield
    except APIError as error:
        raise PluginError(f"{what}: {explanation(error)}") from None
    except (DockerException, OSError) as error:
        raise PluginError(f"{what}: the engine does not answer ({error}).") from None


def explanation(error: APIError) -> str:
    """The engine's own words."""
    said: Any = error.explanation
    return str(said or error)
