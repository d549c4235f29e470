"""What a Space's build and its app see: variables, secrets, and what the platform adds.

Two differences from the Hub, both so that unmodified clients inside a Space reach this sandbox:
HF_ENDPOINT and HF_HUB_DISABLE_XET are added unless the user set them, and in every value the
loopback address of a port of this sandbox is replaced by the address under which containers reach
it, because loopback inside a container is the container itself.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from sandbox.hub.http.accounts import object_id
from sandbox.hub.spaces.hardware import FLAVORS, Flavor
from sandbox.hub.spaces.records import SpaceRecord
from sandbox.machine.inside_addresses import reachable_inside


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """Where a Space finds itself."""

    inside_host: str  # the address under which containers reach this sandbox
    hub_port: int
    sandbox_ports: Callable[[], Collection[int]]  # of every public address and platform

    def endpoint(self) -> str:
        """The Hub as a container reaches it."""
        return f"http://{self.inside_host}:{self.hub_port}"

    def translate(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values with this sandbox's loopback addresses made reachable from a container."""
        ports = {*self.sandbox_ports(), self.hub_port}
        return reachable_inside(values, self.inside_host, ports)


def build_arguments(variables: Mapping[str, str], surroundings: Surroundings) -> dict[str, str]:
    """Build arguments: the variables, and where the Hub is. Secrets are mounted, never passed."""
    return surroundings.translate({**_sandbox(surroundings), **variables})


def runtime_environment(
    space: SpaceRecord,
    *,
    host: str,
    variables: Mapping[str, str],
    secrets: Mapping[str, str],
    surroundings: Surroundings,
) -> dict[str, str]:
    """The app's environment; the names the platform owns win over the user's (Hub docs)."""
    flavor = FLAVORS[space.hardware]
    return {
        **surroundings.translate({**_sandbox(surroundings), **variables, **secrets}),
        "SPACE_ID": space.repo_id or "",
        "SPACE_HOST": host,
        "SPACE_AUTHOR_NAME": space.namespace,
        "SPACE_REPO_NAME": space.name,
        "SPACE_TITLE": space.title or space.name,
        "SPACE_CREATOR_USER_ID": creator_id(space),
        "ACCELERATOR": _accelerator(flavor),
        "CPU_CORES": str(flavor.cpus),
        "MEMORY": f"{flavor.memory_gb}Gi",
    }


def creator_id(space: SpaceRecord) -> str:
    """The id of the namespace's user, as `whoami` gives it."""
    return object_id(f"user:{space.namespace}")


def _sandbox(surroundings: Surroundings) -> dict[str, str]:
    # The client chooses Xet by itself and fails without a fallback where a Hub does not speak it.
    return {"HF_ENDPOINT": surroundings.endpoint(), "HF_HUB_DISABLE_XET": "1"}


def _accelerator(flavor: Flavor) -> str:
    return "none" if flavor.gpu is None else flavor.name
