"""The Docker host that images run on, if there is one; without it no docker resource exists.

Which host is an endpoint, like those of the platforms: the stack may name one, else the
environment does, as the sandbox's does.
"""

import os
from dataclasses import dataclass

import pulumi
import pulumi_docker as docker
from pulumi import ProviderResource, ResourceOptions

from slipway.core.stack import stack_mark
from slipway.docker_host.engine import EngineAddress
from slipway.docker_host.plugin import require_plugin

CONFIG_KEY = "dockerHost"
VARIABLE = "SLIPWAY_DOCKER_HOST"
STACK_LABEL = "slipway.stack"  # on everything made there, so that a person finds it


@dataclass(frozen=True)
class DockerHost:
    """An engine, and the provider instance whose resources are made there."""

    address: str  # as DOCKER_HOST names it
    provider: ProviderResource

    def options(self, parent: pulumi.Resource | None = None) -> ResourceOptions:
        """For a resource on this host."""
        return ResourceOptions(parent=parent, provider=self.provider)

    def labels(self) -> dict[str, str]:
        """Whose the things on this host are."""
        return {STACK_LABEL: stack_mark()}


def docker_address(configured: str) -> str:
    """The address of the host that the stack or else the environment names; empty if neither does.

    Args:
        configured: the stack's `dockerHost`.

    Raises:
        ConfigError: the address can't be used, or the plugin is missing; no call was made.
    """
    address = configured or os.environ.get(VARIABLE, "")
    if address:
        EngineAddress(address).check()
        require_plugin(f"{pulumi.get_project()}:{CONFIG_KEY}" if configured else VARIABLE)
    return address


def find_docker_host(name: str, configured: str) -> DockerHost | None:
    """The host itself; None if none is named.

    Args:
        name: logical name of the provider instance, once per program.
        configured: see `docker_address`.

    Raises:
        ConfigError: see `docker_address`.
    """
    address = docker_address(configured)
    return DockerHost(address, docker.Provider(name, host=address)) if address else None
