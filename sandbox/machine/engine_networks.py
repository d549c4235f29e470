"""The networks of one sandbox in a Docker engine: one a container, and some that several share."""

import ipaddress
import itertools
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

import docker
from docker.errors import APIError, NotFound
from docker.models.networks import Network
from docker.types import IPAMConfig, IPAMPool

from sandbox.machine.containers.outgoing_ports import OutgoingPorts
from toolchain.engine.address import EngineAddress
from toolchain.engine.bridge import SELDOM_MET, routed_networks

_SHARED_BITS = 24  # 253 containers; an engine's own parts may be far smaller
_TRIES = 16  # parts that others may take in the same moment
_OWN_BITS = 28  # one container, and the engine's address
# What engines of different versions say; Docker's own ranges are good for 31 networks.
_NO_RANGE_LEFT = ("non-overlapping IPv4 address pool", "fully subnetted")


class EngineNetworks:
    """Makes networks and puts containers into them. Errors are the engine's own."""

    def __init__(
        self, client: docker.DockerClient, labels: dict[str, str], engine: EngineAddress
    ) -> None:
        """Takes what they are made with.

        Args:
            client: the engine's.
            labels: of every network of this sandbox.
            engine: which range networks have that are shared, and whose kernel they are in.
        """
        self._client = client
        self._labels = labels
        self._shared_range = engine.shared_range
        # On an engine of the user's this process may be anybody.
        self._outgoing = OutgoingPorts(in_this_kernel=engine.buildkit is not None)
        self._making = threading.Lock()

    def make(
        self, name: str, labels: dict[str, str], outgoing: Sequence[int] | None = None
    ) -> None:
        """Makes the network of one container.

        Args:
            name: the engine's for it.
            labels: besides those of every network.
            outgoing: TCP ports of other machines that the container may call; None: all.
        """
        made = self._create(name, {**self._labels, **labels}, _OWN_BITS)
        if outgoing is not None:
            self._outgoing.bound(str(made.id), outgoing)

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
        parts = self._free_parts((self._shared_range,), _SHARED_BITS) if self._shared_range else ()
        made = self._create_within(parts, name, self._labels)
        return made or self._create(name, self._labels, _SHARED_BITS)

    def _create(self, name: str, labels: dict[str, str], bits: int) -> Network:
        """Makes one of the engine's own ranges, or of addresses that nobody uses here."""
        try:
            return self._client.networks.create(name, driver="bridge", labels=labels)
        except APIError as error:
            if not any(words in str(error.explanation) for words in _NO_RANGE_LEFT):
                raise
            free = self._free_parts(SELDOM_MET, bits, routed_networks())
            made = self._create_within(free, name, labels)
            if made is None:
                raise
            return made

    def _create_within(
        self, parts: Iterable[ipaddress.IPv4Network], name: str, labels: dict[str, str]
    ) -> Network | None:
        """Makes one of the first part that the engine takes; None if there is none to try."""
        refusal: APIError | None = None
        for subnet in itertools.islice(parts, _TRIES):
            ipam = IPAMConfig(pool_configs=[IPAMPool(subnet=str(subnet))])
            try:
                return self._client.networks.create(name, driver="bridge", labels=labels, ipam=ipam)
            except APIError as error:  # another sandbox took it meanwhile
                refusal = error
        if refusal is not None:
            raise refusal
        return None

    def _free_parts(
        self, ranges: Iterable[str], bits: int, taken: Iterable[ipaddress.IPv4Network] = ()
    ) -> Iterator[ipaddress.IPv4Network]:
        """The parts of some ranges that overlap neither what is taken nor the engine's networks."""
        taken = [
            *taken,
            *(
                ipaddress.IPv4Network(part["Subnet"])
                for network in self._client.networks.list()
                for part in (network.attrs.get("IPAM") or {}).get("Config") or ()
                if "." in str(part.get("Subnet"))
            ),
        ]
        for each in map(ipaddress.IPv4Network, ranges):
            for part in each.subnets(new_prefix=bits):
                if not any(part.overlaps(other) for other in taken):
                    yield part
