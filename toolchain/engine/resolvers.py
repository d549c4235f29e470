"""Who this machine asks for names of other hosts."""

from collections.abc import Sequence
from pathlib import Path

RESOLVER_PORT = 53
_FILE = Path("/etc/resolv.conf")


def resolvers(file: Path = _FILE) -> Sequence[str]:
    """The addresses of this machine's resolvers of names, first choice first; read anew each time.

    Args:
        file: that names them, in the form of resolv.conf(5).
    """
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    words = [line.split() for line in lines]
    return [each[1] for each in words if len(each) > 1 and each[0] == "nameserver"]
