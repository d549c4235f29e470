"""Containers that serve one job: they share a network, as host names or as one `localhost`."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import docker
from docker.models.containers import Container
from docker.types import Healthcheck

from sandbox.machine.container_options import JOINS, container_options
from sandbox.machine.containers.public_names import PublicNames
from sandbox.machine.contract import Check, Companion, HealthCheck, MachineUnavailableError
from sandbox.machine.engine_errors import engine_errors
from sandbox.machine.engine_networks import EngineNetworks
from sandbox.machine.runners.removal import remove_container

_POLL_SECONDS = 0.2
_SHOWN_LINES = 20
_NANOSECONDS = 1_000_000_000


class StartedCompanions:
    """Those of one job, in its network: the first one's own, or one where each has a name.

    Errors are the engine's own.
    """

    def __init__(self, networks: EngineNetworks, network: str, public: PublicNames) -> None:
        self._public = public
        self._networks = networks
        self._network = network
        self._containers: list[Container] = []
        self._by_name = False

    @property
    def network_mode(self) -> str:
        """How a container joins them, as the engine takes it."""
        return self._network if self._by_name else f"{JOINS}{self._containers[0].id}"

    def start(
        self,
        client: docker.DockerClient,
        image: str,
        each: Companion,
        labels: Mapping[str, str],
        *,
        map_inside_host: bool,
    ) -> None:
        """Starts one more; `image` as the engine calls it."""
        options: dict[str, Any] = container_options(
            each.request,
            labels,
            0,
            network=self._network if each.alias or not self._containers else self.network_mode,
            volumes={},
            map_inside_host=map_inside_host,
            public=self._public,
        )
        if each.health is not None:
            options["healthcheck"] = _healthcheck(each.health)
        if each.alias is not None:
            self._by_name = True
            named = client.api.create_endpoint_config(aliases=[each.alias])
            options["networking_config"] = {self._network: named}
        name = f"{self._network}-{len(self._containers)}"
        made = client.containers.create(image, name=name, **options)
        self._containers.append(made)
        self._public.put_into(made)
        made.start()

    def wait(self, companions: Sequence[Companion], check: Check) -> None:
        """Returns when each that has a health check is well.

        Raises:
            Whatever `check` raises.
            MachineUnavailableError: one ended, or is not well; the message holds its last lines.
        """
        for each, container in zip(companions, self._containers, strict=True):
            while (state := _state(container)) != "healthy":
                check()
                if state in {"exited", "dead", "unhealthy"}:
                    said = container.logs(tail=_SHOWN_LINES).decode(errors="replace").strip()
                    raise MachineUnavailableError(
                        f"Service {each.request.name} is {state}. The end of its log:\n{said}"
                    )
                if state == "running":
                    break  # nobody asks how it is
                time.sleep(_POLL_SECONDS)

    def remove(self) -> None:
        """Ends them, and takes them away with their network and all that they wrote."""
        with engine_errors():
            for container in reversed(self._containers):
                remove_container(container)
            self._networks.remove(self._network)


def _healthcheck(health: HealthCheck) -> Healthcheck:
    return Healthcheck(
        test=["CMD-SHELL", health.command],
        interval=int(health.interval_seconds * _NANOSECONDS),
        timeout=int(health.timeout_seconds * _NANOSECONDS),
        retries=health.retries,
        start_period=int(health.start_seconds * _NANOSECONDS),
    )


def _state(container: Container) -> str:
    container.reload()
    state = container.attrs["State"]
    if state["Status"] == "running" and "Health" in state:
        return str(state["Health"]["Status"])  # starting, healthy or unhealthy
    return str(state["Status"])
