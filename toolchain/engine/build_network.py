"""The network in which a Dockerfile's RUN steps are: a bridge of their own beside the containers'.

A build runs what strangers wrote. It reaches the sandbox's servers and the world, as its `pip
install` must. It reaches no loopback but its own, this host under no other address, no container,
and not what a cloud tells its machines about themselves.
"""

import ipaddress
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from toolchain.engine.bridge import Bridge, device_exists, ip_command, try_command
from toolchain.progress import SetupError

_CNI_VERSION = "0.4.0"  # the newest that all supported releases' plugins speak
_CLOUD_METADATA = "169.254.0.0/16"


@dataclass(frozen=True)
class BuildNetwork:
    """A network for steps of builds, and what they may not reach from it."""

    device: str
    subnet: str  # CIDR; 253 steps at once
    servers: str  # the host's address on which the sandbox listens for containers and builds
    engine: str  # CIDR range of all networks of this engine
    iptables: str  # the program that works in this kernel

    def configuration(self, folder: Path) -> str:
        """What the standard network plugins are told, as a .conflist file has it.

        Args:
            folder: where they note which addresses are taken.
        """
        bridge = {
            "type": "bridge",
            "bridge": self.device,
            "isGateway": True,
            "ipMasq": False,  # the rules below do that, with the iptables that works
            "ipam": {
                "type": "host-local",
                "ranges": [[{"subnet": self.subnet}]],
                "routes": [{"dst": "0.0.0.0/0"}],
                "dataDir": str(folder),
            },
        }
        listed = {"cniVersion": _CNI_VERSION, "name": "builds", "plugins": [bridge]}
        return json.dumps(listed, indent=1)


def build_network(bridge: Bridge, iptables: str | None) -> BuildNetwork | None:
    """The network for builds beside an engine's bridge; None where no iptables works.

    Without one there is no way from a network of their own to the registries of packages.
    """
    if iptables is None:
        return None
    # The bridge's own network is the last of the engine's range; this one is the last but one.
    own = ipaddress.IPv4Interface(f"{bridge.address}/{bridge.prefix_length}").network
    before = ipaddress.IPv4Network((int(own.network_address) - own.num_addresses, own.prefixlen))
    return BuildNetwork(
        device=_device(bridge),
        subnet=str(before),
        servers=bridge.address,
        engine=str(ipaddress.IPv4Network(bridge.pool).supernet()),
        iptables=iptables,
    )


def raise_build_network(network: BuildNetwork) -> None:
    """Creates the device and its rules where they are missing; needs root.

    Raises:
        SetupError: this kernel does not take one of the rules; the message says which.
    """
    if not device_exists(network.device):
        ip_command("link", "add", network.device, "type", "bridge")
    # It would give each step a second way to this host, which no rule below is about.
    with suppress(OSError):
        setting = Path("/proc/sys/net/ipv6/conf") / network.device / "disable_ipv6"
        setting.write_text("1", encoding="ascii")
    ip_command("link", "set", network.device, "up")
    for table, chain, rule in _rules(network):
        at = [network.iptables, "--wait", "-t", table]
        if chain == network.device:
            try_command([*at, "-N", chain])
        if try_command([*at, "-C", chain, *rule]) is None:
            continue
        how = "-A" if chain == network.device else "-I"  # ours are asked before anybody's
        problem = try_command([*at, how, chain, *rule])
        if problem is not None:
            raise SetupError(
                f"Network for builds: `iptables -t {table} {how} {chain} {' '.join(rule)}` said:"
                f" {problem}. A running Docker of your own does as well."
            )


def lower_build_network(bridge: Bridge, iptables: str | None) -> None:
    """Removes the device and its rules; absent is success."""
    network = build_network(bridge, iptables)
    if network is not None:
        for table, chain, rule in _rules(network):
            if chain != network.device:
                try_command([network.iptables, "--wait", "-t", table, "-D", chain, *rule])
        for words in (("-F", network.device), ("-X", network.device)):
            try_command([network.iptables, "--wait", "-t", "mangle", *words])
    if device_exists(_device(bridge)):
        ip_command("link", "delete", _device(bridge))


def _device(bridge: Bridge) -> str:
    return bridge.device.replace("slipway", "slipwayb", 1)  # 14 characters of the kernel's 15


def _rules(network: BuildNetwork) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Table, chain and rule, in the order in which they are asked within a chain.

    What may not be reached is refused before any routing, so that no rule of the engine's or of
    this host's firewall lets it through first.
    """
    own, device = network.device, network.device
    local = ("-m", "addrtype", "--dst-type", "LOCAL")
    yield "mangle", own, ("-d", network.servers, "-j", "RETURN")
    yield "mangle", own, ("-d", network.engine, "-j", "DROP")
    for protocol in ("udp", "tcp"):  # this host, or its cloud, may be the resolver of names
        yield "mangle", own, ("-p", protocol, "--dport", "53", "-j", "RETURN")
    yield "mangle", own, (*local, "-j", "DROP")
    yield "mangle", own, ("-d", _CLOUD_METADATA, "-j", "DROP")
    yield "mangle", "PREROUTING", ("-i", device, "-j", own)
    yield "nat", "POSTROUTING", ("-s", network.subnet, "!", "-o", device, "-j", "MASQUERADE")
    yield "filter", "INPUT", ("-i", device, "-d", network.servers, "-j", "ACCEPT")
    yield "filter", "FORWARD", ("-i", device, "-j", "ACCEPT")
    established = ("-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED")
    yield "filter", "FORWARD", ("-o", device, *established, "-j", "ACCEPT")
