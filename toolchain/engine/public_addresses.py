"""Addresses of this machine that one sandbox has for itself, reached from containers.

Who is looked up by name is asked on the name's own ports, 443 and 80, of which the address that all
sandboxes share has one each. So each sandbox takes another one out of the bridge's network. It lies
on the loopback device, which an engine that starts again does not touch.
"""

import errno
import ipaddress
import socket
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from toolchain.cache import cache_folder, locked
from toolchain.engine.bridge import Bridge, ip_command
from toolchain.engine.resolvers import RESOLVER_PORT
from toolchain.progress import SetupError

PORTS = (443, 80)  # of HTTPS and HTTP
_DEVICE = "lo"
_MASK = 32  # one address
_NOBODYS = "127.53.53.53"  # of loopback: only who listens on all addresses listens there
_LOCK = "public-addresses.lock"


@dataclass(frozen=True)
class PublicAddress:
    """An address, and sockets that listen on its `PORTS`, in that order."""

    address: str
    listeners: Sequence[socket.socket]
    # On the port of resolvers of names, for datagrams and streams; None where a server of this
    # machine listens on it at all addresses.
    names: tuple[socket.socket, socket.socket] | None


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
        SetupError: this kernel takes none, others have them all, or a server of this machine
            listens on such a port of all addresses.
    """
    candidates = [str(each) for each in ipaddress.IPv4Network(within).hosts()]
    if preferred in candidates:
        candidates.insert(0, preferred)
    taking = cache_folder() / _LOCK
    # Between an address and its listeners nobody else may look: it would seem to be nobody's.
    with locked(taking):
        taken = _taken(dict.fromkeys(candidates))
    if taken is None:
        raise SetupError(f"No address of {within} is free for the platforms' own names.")
    try:
        yield taken
    finally:
        with locked(taking):
            for each in (*taken.listeners, *(taken.names or ())):
                each.close()
            _change("delete", taken.address)


def _taken(candidates: Iterable[str]) -> PublicAddress | None:
    for candidate in candidates:
        # One of a sandbox that was killed is there already; who listens there has it.
        is_new = _change("add", candidate)
        listeners = _listen(candidate)
        if listeners is not None:
            return PublicAddress(candidate, listeners, _listen_for_names(candidate))
        if is_new and _all_have_a_listener():
            _change("delete", candidate)
            raise SetupError(
                f"A server of this machine listens on port {' or '.join(map(str, PORTS))} of all"
                " its addresses."
            )
    return None


def _all_have_a_listener() -> bool:
    """Whether a server listens on one of the ports at all addresses of this machine."""
    listeners = _listen(_NOBODYS)
    for each in listeners or ():
        each.close()
    return listeners is None


def _change(how: str, address: str) -> bool:
    """Adds or deletes an address; whether that was to be done."""
    try:
        ip_command("address", how, f"{address}/{_MASK}", "dev", _DEVICE)
    except SetupError:
        return False
    return True


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


def _listen_for_names(address: str) -> tuple[socket.socket, socket.socket] | None:
    with ExitStack() as opened:
        datagrams = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        streams = opened.enter_context(
            socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        )
        streams.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            for each in (datagrams, streams):
                each.bind((address, RESOLVER_PORT))
            streams.listen()
        except OSError:
            return None
        opened.pop_all()
    return datagrams, streams
