"""Which ports the programs in a container listen on, as the kernel lists them."""

from collections.abc import Iterable

from docker.models.containers import Container as EngineContainer

from sandbox.machine.contract import OpenPort

_TABLES = ("/proc/net/tcp", "/proc/net/tcp6")
_LISTENING = "0A"  # the kernel's number for this state
# IPv4 addresses are written backwards: 0100007F is 127.0.0.1. The others are ::1, both ways.
_LOOPBACK = ("00000000000000000000000001000000", "0000000000000000FFFF00000100007F")
_LOOPBACK_END = "7F"
_ENGINES_RESOLVER = "0B00007F"  # 127.0.0.11, which the engine puts into every network


def open_ports(container: EngineContainer) -> list[OpenPort]:
    """What is open in a container; nothing if its image has no `cat` to look with."""
    _, shown = container.exec_run(["cat", *_TABLES])
    text = shown.decode("ascii", "replace") if isinstance(shown, bytes) else ""
    return _listening(text.splitlines())


def _listening(lines: Iterable[str]) -> list[OpenPort]:
    """From lines such as `0: 0100007F:1F90 00000000:0000 0A …`."""
    found = set()
    for words in (line.split() for line in lines):
        if len(words) > 3 and words[3] == _LISTENING and ":" in words[1]:  # noqa: PLR2004
            address, _, port = words[1].partition(":")
            inner = address in _LOOPBACK or (len(address) == 8 and address.endswith(_LOOPBACK_END))  # noqa: PLR2004
            if address != _ENGINES_RESOLVER:
                found.add(OpenPort(int(port, 16), only_inside=inner))
    return sorted(found, key=lambda each: each.number)
