"""The networks of one sandbox in a Docker engine: one a container, and some that several share."""

import ipaddress
import threading
from contextlib import suppress

import docker
from docker.errors import APIError, NotFound
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

_SHARED_BITS = 24  # 253 containers; an engine's own parts may be far smaller


class EngineNetworks:
    """Makes networks and puts containers into them. Errors are the engine's own."""

    def __init__(
        self, client: docker.DockerClient, labels: dict[str, str], shared_range: str | None
    ) -> None:
        """Takes what they are made with.

        Args:
            client: the engine.
            labels: of every network of this sandbox.
            shared_range: CIDR range for networks that are shared; None leaves it to the engine.
        """
        self._client = client
        self._labels = labels
        self._shared_range = shared_range
        self._making = threading.Lock()

    def make(self, name: str, labels: dict[str, str]) -> None:
        """Makes the network of one container."""
        self._client.networks.create(name, driver="bridge", labels={**self._labels, **labels})

    def join(self, network: str, container: str, alias: str) -> None:
        """Puts a container that has not started into a shared network, made if it is not there."""
        with self._making:
            try:
                found = self._client.networks.get(network)
            except NotFound:
                found = self._make_shared(network)
        found.connect(container, aliases=[alias])

    def remove(self, name: str) -> None:
        """Removes a network; absent is success."""
        with suppress(NotFound):
            self._client.networks.get(name).remove()

    def labels(self, key: str) -> set[str]:
        """What a label says on those that have it: a kill may leave one without its container."""
        mine = [f"{each}={value}" for each, value in self._labels.items()]
        found = self._client.networks.list(filters={"label": [*mine, key]})
        return {str(each.attrs["Labels"][key]) for each in found}

    def _make_shared(self, name: str) -> Network:
        if self._shared_range is None:
            return self._client.networks.create(name, driver="bridge", labels=self._labels)
        refusal: APIError | None = None
        for subnet in self._free_subnets(self._shared_range):
            ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
            try:
                return self._client.networks.create(
                    name, driver="bridge", labels=self._labels, ipam=ipam
                )
            except APIError as error:  # another sandbox took it meanwhile
                refusal = error
        if refusal is not None:
            raise refusal
        return self._client.networks.create(name, driver="bridge", labels=self._labels)

    def _free_subnets(self, within: str) -> list[ipaddress.IPv4Network]:
        taken = [
            ipaddress.IPv4Network(part["Subnet"])
            for network in self._client.networks.list()
            for part in (network.attrs.get("IPAM") or {}).get("Config") or ()
            if "." in str(part.get("Subnet"))
        ]
        parts = ipaddress.IPv4Network(within).subnets(new_prefix=_SHARED_BITS)
        return [part for part in parts if not any(part.overlaps(each) for each in taken)]
