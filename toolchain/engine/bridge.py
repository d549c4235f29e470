"""The private engine's own bridge: its name and its addresses."""

import hashlib
import ipaddress
import json
import re
import shutil
import socket
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from toolchain.debian_packages import find_program
from toolchain.engine.firewall import try_command
from toolchain.progress import SetupError

# Private ranges seldom met on a laptop or in an office; the first without a route of its own is
# taken. Docker's own defaults (172.17-31, 192.168) are left to a Docker of the user's.
SELDOM_MET = tuple(f"10.{second}.0.0/16" for second in (213, 87, 171, 59, 241, 33))
_NETWORK_DEVICE = re.compile(r"br-[0-9a-f]{12}")  # Docker's name for a network's device
_MEMBERS = "/sys/class/net/%s/brif"
_NETWORK_BITS = 28  # 14 addresses for each container's own network


@dataclass(frozen=True)
class Bridge:
    """A bridge device of the host, and the addresses around it."""

    device: str
    address: str  # the host's own address on it: the sandbox's servers, seen from inside
    prefix_length: int
    pool: str  # CIDR range from which each container's network takes its part
    pool_part: int  # prefix length of such a part

    @property
    def shared_range(self) -> str:
        """CIDR range for networks of many containers: what lies beside the pool and the bridge."""
        pool = ipaddress.IPv4Network(self.pool)
        upper = ipaddress.IPv4Network(
            (int(pool.network_address) + pool.num_addresses, pool.prefixlen)
        )
        return str(next(upper.subnets(prefixlen_diff=1)))


def choose_bridge(folder: Path) -> Bridge:
    """The bridge of the engine whose data lie in `folder`: the same one at each call.

    Raises:
        SetupError: each range we know is in use by another network of this host.
    """
    kept = folder / "bridge.json"
    if kept.is_file():
        return Bridge(**json.loads(kept.read_text(encoding="utf-8")))
    # Named after the folder: two cache folders are two engines. 15 characters at most.
    device = f"slipway{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"
    lower, upper = _range(device).subnets(prefixlen_diff=1)
    own = list(upper.subnets(new_prefix=24))[-1]
    bridge = Bridge(
        device=device,
        address=str(own[1]),
        prefix_length=own.prefixlen,
        pool=str(lower),
        pool_part=_NETWORK_BITS,
    )
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(asdict(bridge)), encoding="utf-8")
    return bridge


def _range(device: str) -> ipaddress.IPv4Network:
    """The range in which an engine was whose folder is gone, else a free one.

    In another one the addresses that sandboxes and people know would lead nowhere.
    """
    former = [ipaddress.IPv4Interface(each) for each in addresses_of(device)]
    taken = routed_networks()
    free: list[ipaddress.IPv4Network] = []
    for candidate in map(ipaddress.IPv4Network, SELDOM_MET):
        if any(each in candidate for each in former):
            return candidate
        if not any(candidate.overlaps(network) for network in taken):
            free.append(candidate)
    if not free:
        raise SetupError(
            f"No address range is free for the containers: {', '.join(SELDOM_MET)} all have a"
            " route on this host already. Free one of them (`ip route`)."
        )
    return free[0]


def remove_former_networks(bridge: Bridge) -> None:
    """Removes the devices of containers' networks that an engine left whose data are gone.

    They hold parts of the range for ever, as no engine knows them. One that something is attached
    to is somebody's.
    """
    inside = [ipaddress.IPv4Network(each) for each in (bridge.pool, bridge.shared_range)]
    for _, name in socket.if_nameindex():
        own = [ipaddress.IPv4Interface(each) for each in addresses_of(name)]
        theirs = _NETWORK_DEVICE.fullmatch(name) and not any(Path(_MEMBERS % name).glob("*"))
        if theirs and own and all(any(each in network for network in inside) for each in own):
            ip_command("link", "delete", name)


def raise_bridge(bridge: Bridge) -> None:
    """Creates the device with its address and no other, if it is not there; needs root.

    Raises:
        SetupError: this kernel makes no bridges, or we are not allowed to.
    """
    address = f"{bridge.address}/{bridge.prefix_length}"
    if bridge_exists(bridge):
        # Of an engine that was killed and whose folder is gone: dockerd would take that address
        # for its own, and drop ours at its next start.
        for other in addresses_of(bridge.device) - {address}:
            ip_command("address", "delete", other, "dev", bridge.device)
    else:
        ip_command("link", "add", bridge.device, "type", "bridge")
    ip_command("address", "replace", address, "dev", bridge.device)
    ip_command("link", "set", bridge.device, "up")


def lower_bridge(bridge: Bridge) -> None:
    """Removes the device; absent is success."""
    if bridge_exists(bridge):
        ip_command("link", "delete", bridge.device)


def bridge_exists(bridge: Bridge) -> bool:
    """Whether the device is there."""
    return device_exists(bridge.device)


def device_exists(device: str) -> bool:
    """The same of any device; asked of the kernel, as /sys may be of another namespace."""
    return any(name == device for _, name in socket.if_nameindex())


def routed_networks() -> list[ipaddress.IPv4Network]:
    """Every IPv4 network this host has a route to, but for the default route."""
    program = shutil.which("ip") or "/usr/sbin/ip"
    try:
        shown = subprocess.run(
            [program, "-json", "-4", "route", "show", "table", "all"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    except FileNotFoundError:  # of a host whose engine is in a virtual machine
        return []
    networks = []
    for route in json.loads(shown or "[]"):
        destination = str(route["dst"])
        if destination != "default":
            networks.append(ipaddress.IPv4Network(destination, strict=False))
    return networks


def addresses_of(device: str) -> set[str]:
    """A device's own IPv4 addresses, each with its prefix length."""
    program = find_program("ip") or "ip"
    command = [program, "-json", "-4", "address", "show", "dev", device]
    shown = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    found = json.loads(shown or "[]")
    entries = [entry for link in found for entry in link.get("addr_info", ())]
    return {f"{entry['local']}/{entry['prefixlen']}" for entry in entries}


def ip_command(*words: str) -> None:
    """Runs `ip` with these words; raises SetupError if it refuses."""
    program = find_program("ip") or "ip"
    problem = try_command([program, *words])
    if problem is not None:
        raise SetupError(
            f"Network bridge for the containers: `ip {' '.join(words)}` said: {problem}. The"
            " private engine needs root and a kernel with bridges; a running Docker does as well."
        )
