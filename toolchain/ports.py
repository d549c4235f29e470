"""Loopback ports that stay ours: below those that kernels hand out by themselves."""

import secrets
import socket

_FIRST, _COUNT = 20000, 10000


def free_low_port() -> int:
    """A port on which nobody listens now, and that no kernel gives to a passing connection later.

    It can so be written down and taken again after a restart.
    """
    while True:
        port = _FIRST + secrets.randbelow(_COUNT)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
