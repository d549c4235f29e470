"""Where a container's application is reached without the engine's proxy in between."""

from contextlib import suppress
from typing import Any

from docker.errors import NotFound
from docker.models.containers import Container as EngineContainer

from sandbox.machine.container_options import DESKTOP_HOST
from sandbox.machine.contract import Container


def reached(container: EngineContainer, host_port: int) -> Container:
    """A started container, with all ways to it.

    Args:
        container: as the engine knows it.
        host_port: under which the engine publishes its application on loopback.
    """
    return Container(str(container.id), host_port, _own_address(container))


def _own_address(container: EngineContainer) -> tuple[str, int] | None:
    """None for one that publishes no port or has ended, and for an engine in a virtual machine."""
    with suppress(NotFound):
        container.reload()
    host: dict[str, Any] = container.attrs["HostConfig"]
    if any(each.startswith(f"{DESKTOP_HOST}:") for each in host.get("ExtraHosts") or ()):
        return None
    networks: dict[str, Any] = container.attrs["NetworkSettings"]["Networks"]
    address = networks.get(str(container.name), {}).get("IPAddress")  # both have the one name
    port = next(iter(host.get("PortBindings") or ()), "").partition("/")[0]
    return (str(address), int(port)) if address and port else None
