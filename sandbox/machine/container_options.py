"""What a container is allowed and given, as the engine's API takes it."""

from collections.abc import Mapping
from typing import Any

from docker.types import LogConfig
from docker.types import Mount as EngineMount

from sandbox.machine.containers.public_names import PublicNames
from sandbox.machine.contract import RunRequest

STOP_LABEL = "slipway.stop-seconds"
JOINS = "container:"
ROOT = "root"

# What official images need that begin as root and hand over to a user of their own (postgres,
# nginx, redis), or confine themselves. Of an engine's defaults that leaves out raw packets, device
# nodes, the audit log, and what gives files or a process more capabilities.
_CAPABILITIES = (
    "CHOWN",
    "DAC_OVERRIDE",
    "FOWNER",
    "FSETID",
    "KILL",
    "NET_BIND_SERVICE",
    "SETGID",
    "SETUID",
    "SYS_CHROOT",
)
_PROCESSES = 2048  # no application of ours has as many; a fork bomb stays in its container
# The engine's own copy of the output: enough to read it again after a restart of the sandbox, which
# keeps the lines itself.
_LOG = LogConfig(type="json-file", config={"max-size": "10m", "max-file": "2"})
DESKTOP_HOST = "host.docker.internal"


def container_options(
    request: RunRequest,
    labels: Mapping[str, str],
    host_port: int,
    *,
    network: str,
    volumes: Mapping[str, str],
    map_inside_host: bool,
    public: PublicNames,
) -> dict[str, Any]:
    """What `docker create` is told besides image and name.

    Args:
        request: what is to run.
        labels: of this sandbox, and the container's name in it.
        host_port: on loopback, where `request.port` is reached.
        network: the engine's name of the container's own network, or JOINS and the id of the
            container whose network it shares, with that one's ports and names.
        volumes: the engine's name of each volume -> absolute path.
        map_inside_host: whether host.docker.internal has to be given as a name of this host.
        public: names that lead to this sandbox. A container that shares another one's network has
            that one's.
    """
    options: dict[str, Any] = {
        "labels": dict(labels),
        "environment": {**public.environment, **request.env},
        "security_opt": ["no-new-privileges"],
        "cap_drop": ["ALL"],
        "pids_limit": _PROCESSES,
        "log_config": _LOG,
        "detach": True,
    }
    if network.startswith(JOINS):
        options["network_mode"] = network
    else:
        options |= {
            "network": network,
            "ports": {}
            if request.port is None
            else {f"{request.port}/tcp": ("127.0.0.1", host_port)},
            "extra_hosts": {
                **({DESKTOP_HOST: "host-gateway"} if map_inside_host else {}),
                **public.hosts,
            },
        }
        if public.resolver:  # the engine's own resolver, which knows aliases, asks it for the rest
            options["dns"] = [public.resolver]
    if request.user in {None, ROOT}:  # a user by number has none, whatever the container may give
        options["cap_add"] = list(_CAPABILITIES)
    if request.stop_seconds is not None:
        options["labels"][STOP_LABEL] = str(request.stop_seconds)
    if volumes:
        options["volumes"] = {name: {"bind": path, "mode": "rw"} for name, path in volumes.items()}
    if request.mounts:
        options["mounts"] = [
            EngineMount(each.target, str(each.source), type="bind", read_only=not each.writable)
            for each in request.mounts
        ]
    options |= _begun_with(request)
    if request.memory_bytes is not None:
        options["mem_limit"] = request.memory_bytes
        options["memswap_limit"] = request.memory_bytes  # the platforms give no swap
    if request.cpus is not None:
        options["nano_cpus"] = int(request.cpus * 1_000_000_000)
    return options


def _begun_with(request: RunRequest) -> dict[str, Any]:
    """What begins in the container, and as whom, where that is not the image's own."""
    asked = {
        "command": None if request.command is None else list(request.command),
        "entrypoint": None if request.entrypoint is None else list(request.entrypoint),
        "user": request.user,
    }
    return {name: value for name, value in asked.items() if value is not None}
