"""Where a webhook may go: nothing of a sandbox leaves this machine by accident."""

import ipaddress
from collections.abc import Callable, Collection
from urllib.parse import urlsplit

LOOPBACK = "127.0.0.1"
_LOCAL = "localhost"  # and what ends in it, which is this machine whatever a resolver says
_PORTS = {"http": 80, "https": 443}
LONGEST = 2048  # characters of an address


class Targets:
    """The addresses that webhooks are sent to.

    Args:
        machine: an address besides loopback on which this machine is reached by its containers.
        ports: those of the sandbox's platforms and apps.
    """

    def __init__(self, machine: str, ports: Callable[[], Collection[int]]) -> None:
        self._machine = machine
        self._ports = ports

    def refusal(self, url: str, asker: str | None) -> str | None:
        """Why nothing is sent to an address, in a sentence; None if it is.

        Args:
            url: as it was given.
            asker: the IP address of who wants it. From a container one reaches no other port of
                this machine, and webhooks are no way around that.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or _PORTS.get(parts.scheme, 0)
        except ValueError:
            return f"{url[:200]!r} is not an address"
        host = (parts.hostname or "").rstrip(".")
        if parts.scheme not in _PORTS or not host or len(url) > LONGEST or not _is_plain(url):
            return f"{url[:200]!r} is not an address of http:// or https://"
        if "@" in parts.netloc:
            return "an address with a password in it is shown to whoever reads the webhook"
        if self.resolve(host) is None:
            return (
                f"the sandbox sends webhooks to this machine alone, and {host} is another: give "
                "an address of localhost"
            )
        if not _is_loopback(asker) and port not in self._ports():
            return (
                f"port {port} of this machine is none of the sandbox's, and a container may have "
                "webhooks sent to no other"
            )
        return None

    def resolve(self, host: str) -> str | None:
        """The IP address to connect to for a host; None if that is not on this machine."""
        name = host.lower()
        if name == _LOCAL or name.endswith(f".{_LOCAL}"):
            return LOOPBACK
        return name if name == self._machine or _is_loopback(name) else None


def _is_plain(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url


def _is_loopback(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False
