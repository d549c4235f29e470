"""What the plugin's state says of a container, from what the engine says of it."""

from collections.abc import Mapping
from typing import Any

from toolchain.standins.docker.container_options import MEGABYTE
from toolchain.standins.docker.durations import text_of
from toolchain.standins.protocol import Properties

_NETWORK_DATA = {
    "ipAddress": "IPAddress",
    "ipPrefixLength": "IPPrefixLen",
    "gateway": "Gateway",
    "globalIpv6Address": "GlobalIPv6Address",
    "globalIpv6PrefixLength": "GlobalIPv6PrefixLen",
    "ipv6Gateway": "IPv6Gateway",
    "macAddress": "MacAddress",
}


def state_of(about: Mapping[str, Any], known: Properties) -> Properties:
    """The full state.

    Variables, labels, mounts and networks are as they were given: the engine mixes them with the
    image's own, and the official plugin does not read them back either.

    Args:
        about: what the engine's inspection says.
        known: the inputs, or the state until now.
    """
    config, host, running = about["Config"], about["HostConfig"], about["State"]["Running"]
    now: Properties = {
        **{key: value for key, value in known.items() if key not in ("exitCode", "mustRun")},
        "name": about["Name"].lstrip("/"),
        "image": about["Image"],  # its id, whatever it was called when this was made
        "restart": host["RestartPolicy"]["Name"] or "no",
        "maxRetryCount": host["RestartPolicy"]["MaximumRetryCount"],
        "memory": host["Memory"] // MEGABYTE,
        "readOnly": host["ReadonlyRootfs"],
        "bridge": about["NetworkSettings"].get("Bridge") or "",
        "networkDatas": _networks(about),
    }
    if "memorySwap" in known:
        swap = host["MemorySwap"]
        now["memorySwap"] = swap // MEGABYTE if swap > 0 else swap
    if not known.get("networksAdvanced"):
        now["networkMode"] = _mode(host["NetworkMode"])
    if "ports" in known:
        now["ports"] = _ports(about, known["ports"])
    if "healthcheck" in known and config.get("Healthcheck"):
        now["healthcheck"] = _healthcheck(config["Healthcheck"])
    if not running:
        now["exitCode"] = about["State"]["ExitCode"]
    # One that should run and does not shows as one that need not, which the next `up` puts right.
    must_run = known.get("mustRun", True)
    if not (running or about["State"].get("Restarting")):
        now["mustRun"] = False
    elif "mustRun" in known:
        now["mustRun"] = must_run
    return now


def _mode(mode: str) -> str:
    return "bridge" if mode in ("", "default") else mode


def _networks(about: Mapping[str, Any]) -> list[Properties]:
    networks = about["NetworkSettings"].get("Networks") or {}
    return [
        {"networkName": name, **{ours: each.get(theirs) for ours, theirs in _NETWORK_DATA.items()}}
        for name, each in sorted(networks.items())
    ]


def _ports(about: Mapping[str, Any], known: list[Properties]) -> list[Properties]:
    """The ports in their order, each with where it is published now; none while it is stopped."""
    published = about["NetworkSettings"].get("Ports") or {}
    taken: dict[str, int] = {}
    now = []
    for port in known:
        protocol = port.get("protocol") or "tcp"
        key = f"{port['internal']}/{protocol}"
        bound = published.get(key) or []
        number = taken.get(key, 0)
        taken[key] = number + 1
        port_now = {"internal": port["internal"], "protocol": protocol}
        if number < len(bound):
            port_now["ip"] = bound[number]["HostIp"]
            port_now["external"] = int(bound[number]["HostPort"])
        else:
            port_now |= {key: port[key] for key in ("ip", "external") if key in port}
        now.append(port_now)
    return now


def _healthcheck(check: Mapping[str, Any]) -> Properties:
    return {
        "tests": check.get("Test") or [],
        "interval": text_of(check.get("Interval") or 0),
        "timeout": text_of(check.get("Timeout") or 0),
        "startPeriod": text_of(check.get("StartPeriod") or 0),
        "retries": check.get("Retries") or 0,
    }
