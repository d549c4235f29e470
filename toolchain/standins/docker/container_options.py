"""A container's properties as `docker create` takes them."""

from typing import Any

from docker.types import Healthcheck, LogConfig

from toolchain.standins.docker.durations import nanoseconds
from toolchain.standins.protocol import Properties

MEGABYTE = 1024 * 1024
_GIGA = 1_000_000_000  # nano CPUs of one CPU
_PLAIN = {  # property -> the client's word, where the value is the same
    "command": "command",
    "entrypoints": "entrypoint",
    "envs": "environment",
    "hostname": "hostname",
    "init": "init",
    "readOnly": "read_only",
    "securityOpts": "security_opt",
    "tmpfs": "tmpfs",
    "user": "user",
    "workingDir": "working_dir",
}


def options(inputs: Properties) -> dict[str, Any]:
    """What is said besides image and name; networks beyond the first are joined afterwards."""
    said: dict[str, Any] = {
        theirs: inputs[ours] for ours, theirs in _PLAIN.items() if inputs.get(ours)
    }
    said["restart_policy"] = restart_policy(inputs)
    said["log_config"] = LogConfig(type="json-file")
    said["detach"] = True
    if ports := inputs.get("ports"):
        said["ports"] = _ports(ports)
    if volumes := inputs.get("volumes"):
        said["volumes"] = [_bind(each) for each in volumes]
    if hosts := inputs.get("hosts"):
        said["extra_hosts"] = {each["host"]: each["ip"] for each in hosts}
    if capabilities := inputs.get("capabilities"):
        said["cap_add"] = capabilities.get("adds") or []
        said["cap_drop"] = capabilities.get("drops") or []
    if check := inputs.get("healthcheck"):
        said["healthcheck"] = _healthcheck(check)
    said |= limits(inputs)
    if cpus := inputs.get("cpus"):
        said["nano_cpus"] = round(float(cpus) * _GIGA)
    networks = inputs.get("networksAdvanced") or []
    if networks:
        said["network"] = networks[0]["name"]
    else:
        said["network_mode"] = inputs.get("networkMode") or "bridge"
    return said


def limits(inputs: Properties) -> dict[str, int]:
    """Memory in bytes; these may change while a container runs."""
    said = {}
    if memory := inputs.get("memory"):
        said["mem_limit"] = memory * MEGABYTE
    if swap := inputs.get("memorySwap"):
        said["memswap_limit"] = swap * MEGABYTE if swap > 0 else swap
    return said


def restart_policy(inputs: Properties) -> dict[str, Any]:
    """When the engine starts it again by itself."""
    return {
        "Name": inputs.get("restart") or "no",
        "MaximumRetryCount": inputs.get("maxRetryCount") or 0,
    }


def _ports(ports: list[Properties]) -> dict[str, list[tuple[str, int | None]]]:
    said: dict[str, list[tuple[str, int | None]]] = {}
    for port in ports:
        key = f"{port['internal']}/{port.get('protocol') or 'tcp'}"
        said.setdefault(key, []).append((port.get("ip") or "0.0.0.0", port.get("external")))  # noqa: S104 - the official plugin's default
    return said


def _bind(volume: Properties) -> str:
    source = volume.get("hostPath") or volume.get("volumeName")
    mode = "ro" if volume.get("readOnly") else "rw"
    return f"{source}:{volume['containerPath']}:{mode}"


def _healthcheck(check: Properties) -> Healthcheck:
    return Healthcheck(
        test=check.get("tests") or [],
        retries=check.get("retries") or 0,
        interval=nanoseconds(check.get("interval") or "0s"),
        timeout=nanoseconds(check.get("timeout") or "0s"),
        start_period=nanoseconds(check.get("startPeriod") or "0s"),
    )
