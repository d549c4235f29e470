"""Names of this machine: what a `Host` header may say without being another's page's name."""

import ipaddress

_LOCAL = "localhost"  # and what ends in it, which every resolver keeps on this machine


def is_own(host: str, inside: str) -> bool:
    """Whether a host, with or without its port, is an address or a name that stays on this machine.

    Args:
        host: as a header says it.
        inside: the name or address under which containers reach this machine.
    """
    name = name_of(host)
    if name is None:
        return False
    return name in {_LOCAL, inside} or name.endswith(f".{_LOCAL}") or is_address(name)


def name_of(host: str) -> str | None:
    """A host without its port, in small letters; None if that is no port."""
    name, port = host.lower(), ""
    if ":" in host and not name.endswith("]"):
        name, _, port = name.rpartition(":")
    if port and not port.isdecimal():
        return None
    return name.strip("[]").rstrip(".")


def is_address(name: str) -> bool:
    """Whether this is an IP address: nobody can make one lead elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
