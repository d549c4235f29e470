"""Addresses of this machine that one sandbox has for itself, reached from containers.

Who is looked up by name is asked on the name's own ports, 443 and 80, of which the address that all
sandboxes share has one each. So each sandbox takes another one out of the bridge's network. It lies
on the loopback device, which an engine that starts again does not touch.
"""

import errno
import ipaddress
import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from toolchain.engine.bridge import Bridge, ip_command
from toolchain.progress import SetupError

PORTS = (443, 80)  # of HTTPS and HTTP
_DEVICE = "lo"
_MASK = 32  # one address


@dataclass(frozen=True)
class PublicAddress:
    """An address, and sockets that listen on its `PORTS`, in that order."""

    address: str
    listeners: Sequence[socket.socket]


def public_range(bridge: Bridge) -> str:
    """CIDR range of such addresses beside a bridge: the upper half of its network."""
    network = ipaddress.IPv4Interface(f"{bridge.address}/{bridge.prefix_length}").network
    _, upper = network.subnets(prefixlen_diff=1)
    return str(upper)


@contextmanager
def public_address(within: str, preferred: str | None = None) -> Iterator[PublicAddress]:
    """An address that no other sandbox has; it goes at the end. Needs root.

    Args:
        within: CIDR range.
        preferred: one that containers of this sandbox know; tried first.

    Raises:
        SetupError: this kernel takes none, or others have them all.
    """
    candidates = [str(each) for each in ipaddress.IPv4Network(within).hosts()]
    if preferred in candidates:
        candidates.insert(0, preferred)
    for candidate in dict.fromkeys(candidates):
        # One of a sandbox that was killed is there already; who listens there has it.
        with suppress(SetupError):
            ip_command("address", "add", f"{candidate}/{_MASK}", "dev", _DEVICE)
        listeners = _listen(candidate)
        if listeners is None:
            continue
        try:
            yield PublicAddress(candidate, listeners)
        finally:
            with suppress(SetupError):
                ip_command("address", "delete", f"{candidate}/{_MASK}", "dev", _DEVICE)
            for each in listeners:
                each.close()
        return
    raise SetupError(f"No address of {within} is free for the platforms' own names.")


def _listen(address: str) -> list[socket.socket] | None:
    """Sockets on all its ports; None where another sandbox listens."""
    with ExitStack() as opened:
        listeners = []
        for port in PORTS:
            # asyncio turns Nagle's delay off only where the protocol is named.
            listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            opened.enter_context(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((address, port))
                listener.listen()
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    return None
                raise SetupError(
                    f"The sandbox can't listen on {address}:{port}: {error.strerror}."
                ) from None
            listeners.append(listener)
        opened.pop_all()
    return listeners
