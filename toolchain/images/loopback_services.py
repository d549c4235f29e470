"""Package indexes, archives and proxies on this machine's loopback, as builds reach them.

A step of a build has a loopback of its own. What this machine's pip and apt use of the host's
answers under the engine's bridge address as well, on the same port, and is named so in the images.
"""

import re
from collections.abc import Iterable

from toolchain.cache import cache_folder
from toolchain.engine.bridge import choose_bridge

_HOST = re.compile(r"(?<![\w.-])(?:127\.0\.0\.1|localhost)(?![\w.-])")
_SERVICE = re.compile(
    r"(?:(?P<scheme>https?)://)?(?:[^\s/@]*@)?(?<![\w.-])(?:127\.0\.0\.1|localhost)(?![\w.-])"
    r"(?::(?P<port>\d{1,5}))?"
)
_PORTS = {"http": "80", "https": "443"}


def from_inside(settings: str) -> str:
    """Settings of this machine as they are in an image: loopback is the bridge's address."""
    if not _HOST.search(settings):
        return settings
    return _HOST.sub(choose_bridge(cache_folder() / "engine").address, settings)


def named_services(settings: Iterable[str]) -> list[str]:
    """The services on loopback that such settings name, "127.0.0.1:PORT" each."""
    found = [match for text in settings for match in _SERVICE.finditer(text)]
    ports = [match["port"] or _PORTS.get(match["scheme"] or "") for match in found]
    return list(dict.fromkeys(f"127.0.0.1:{port}" for port in ports if port))
