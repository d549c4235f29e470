"""Loopback ports of this machine, under which it reaches what runs in containers."""

import socket

from docker.errors import APIError


def free_port() -> int:
    """One that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_port_conflict(error: APIError) -> bool:
    """Whether an engine refuses to start a container because somebody else took its port."""
    text = str(error.explanation)
    return "port is already allocated" in text or "address already in use" in text
