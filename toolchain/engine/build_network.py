"""The network in which images are built: the builder's namespace, and in it one of each RUN step.

A build runs what strangers wrote. It reaches the sandbox's servers and the world, as its `pip
install` must. It reaches no loopback but its own, this host under no other address, no container,
and not what a cloud tells its machines about themselves. The same holds for the builder, which
fetches what a Dockerfile's ADD and FROM name; for its ways to the registry see `builder_ways`.
"""

import ipaddress
import json
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from toolchain.engine.bridge import Bridge, addresses_of, device_exists, ip_command
from toolchain.engine.firewall import Rule, put_rules, remove_rules
from toolchain.engine.network_namespace import inside
from toolchain.progress import SetupError

_CNI_VERSION = "0.4.0"  # the newest that all supported releases' plugins speak
_UPLINK = "out"  # in the builder's namespace, the other end of the host's device
_BRIDGE = "builds"  # there as well, where this kernel has no macvlan
_NAMESPACES = Path("/run/netns")  # iproute2's
_ANSWER_SECONDS = 5.0  # 1 ms here
_CLOUD_METADATA = "169.254.0.0/16"


@dataclass(frozen=True)
class BuildNetwork:
    """A network for steps of builds, and what they may not reach from it."""

    device: str  # the host's end; the builder's namespace has the same name
    subnet: str  # CIDR; 252 steps at once
    servers: str  # the host's address on which the sandbox listens for containers and builds
    engine: str  # CIDR range of all networks of this engine
    iptables: str  # the program that works in this kernel
    apart: bool = True  # False: steps share a bridge, where this kernel has no macvlan

    @property
    def namespace(self) -> Path:
        """The builder's, as the kernel names it to who wants to enter."""
        return _NAMESPACES / self.device

    @property
    def gateway(self) -> str:
        """The host's end."""
        return str(self._address(1))

    @property
    def builder(self) -> str:
        """The builder's own end."""
        return str(self._address(2))

    def enter(self) -> tuple[str, ...]:
        """What to start a program with so that it is in the builder's namespace, and only there."""
        return ("nsenter", f"--net={self.namespace}", "--")

    def configuration(self, folder: Path) -> str:
        """What the standard network plugins are told, as a .conflist file has it.

        Args:
            folder: where they note which addresses are taken.
        """
        addresses = {
            "subnet": self.subnet,
            "gateway": self.gateway,
            "rangeStart": str(self._address(3)),
        }
        link: dict[str, object] = {"type": "bridge", "bridge": _BRIDGE, "isGateway": False}
        if self.apart:
            # Of mode private: steps reach neither each other nor the builder.
            link = {"type": "macvlan", "master": _UPLINK, "mode": "private"}
        step = link | {
            "ipam": {
                "type": "host-local",
                "ranges": [[addresses]],
                "routes": [{"dst": "0.0.0.0/0"}],
                "dataDir": str(folder),
            },
        }
        listed = {"cniVersion": _CNI_VERSION, "name": "builds", "plugins": [step]}
        return json.dumps(listed, indent=1)

    def _address(self, number: int) -> ipaddress.IPv4Address:
        return ipaddress.IPv4Network(self.subnet)[number]


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


def raise_build_network(network: BuildNetwork) -> BuildNetwork:
    """Creates namespace, devices and rules where they are missing; needs root.

    Returns:
        The network as this kernel has it.

    Raises:
        SetupError: this kernel does not take one of them, and the message says which; or nothing
            gets through, as a firewall of this host's own stops it.
    """
    if not _devices_are_there(network):
        _lower_devices(network)
        _raise_devices(network)
    put_rules(network.iptables, network.device, list(_rules(network)))
    _try_the_way(network)
    return replace(network, apart=_keeps_apart(network))


def _devices_are_there(network: BuildNetwork) -> bool:
    """Whether they are, with this network's addresses: an engine of before may have had others."""
    name, length = network.device, network.subnet.rpartition("/")[2]
    return (
        device_exists(name)
        and network.namespace.exists()
        and addresses_of(name) == {f"{network.gateway}/{length}"}
    )


def _try_the_way(network: BuildNetwork) -> None:
    """Calls the host from the builder's namespace: a build would find out after minutes.

    Raises:
        SetupError: nobody answers.
    """
    with closing(socket.create_server((network.servers, 0))) as server:
        with inside(network.namespace):
            caller = socket.socket()
        with closing(caller):
            caller.settimeout(_ANSWER_SECONDS)
            try:
                caller.connect(server.getsockname())
            except OSError as error:
                raise SetupError(
                    f"Network for builds: {network.builder} can't reach this machine at"
                    f" {network.servers} ({error}), so no build would reach the sandbox. A firewall"
                    f" stops it: let through what comes in by the device {network.device}, such as"
                    f" `ufw allow in on {network.device}`; or use a Docker of your own."
                ) from error


def _raise_devices(network: BuildNetwork) -> None:
    name, length = network.device, network.subnet.rpartition("/")[2]
    ip_command("netns", "add", name)
    ip_command("link", "add", name, "type", "veth", "peer", "name", _UPLINK, "netns", name)
    # It would give each step a second way to this host, which no rule below is about.
    with suppress(OSError):
        setting = Path("/proc/sys/net/ipv6/conf") / name / "disable_ipv6"
        setting.write_text("1", encoding="ascii")
    ip_command("address", "add", f"{network.gateway}/{length}", "dev", name)
    ip_command("link", "set", name, "up")
    inside = ("-netns", name)
    own = _UPLINK
    if not _keeps_apart(network):
        own = _BRIDGE
        ip_command(*inside, "link", "add", _BRIDGE, "type", "bridge")
        ip_command(*inside, "link", "set", _UPLINK, "master", _BRIDGE)
    ip_command(*inside, "address", "add", f"{network.builder}/{length}", "dev", own)
    for each in dict.fromkeys(("lo", _UPLINK, own)):
        ip_command(*inside, "link", "set", each, "up")
    ip_command(*inside, "route", "add", "default", "via", network.gateway)


def _keeps_apart(network: BuildNetwork) -> bool:
    """Whether a step can have a device of its own; not on a device that is in a bridge already."""
    device = ("-netns", network.device, "link")
    with suppress(SetupError):  # of a set-up that was killed right here
        ip_command(*device, "delete", "try")
    try:
        ip_command(*device, "add", "try", "link", _UPLINK, "type", "macvlan", "mode", "private")
    except SetupError:
        return False
    ip_command(*device, "delete", "try")
    return True


def _lower_devices(network: BuildNetwork) -> None:
    if device_exists(network.device):
        ip_command("link", "delete", network.device)
    if network.namespace.exists():
        ip_command("netns", "delete", network.device)


def lower_build_network(bridge: Bridge, iptables: str | None) -> None:
    """Removes namespace, devices and rules; absent is success."""
    network = build_network(bridge, iptables)
    if network is None:
        return
    remove_rules(network.iptables, network.device)
    _lower_devices(network)


def _device(bridge: Bridge) -> str:
    return bridge.device.replace("slipway", "slipwayb", 1)  # 14 characters of the kernel's 15


def _rules(network: BuildNetwork) -> Iterator[Rule]:
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
