"""What containers are told of hosts that the world has and that the sandbox answers for.

The names lead to the sandbox by the container's own file of hosts, names of apps by the resolver
that it asks, and whoever is asked there is believed by the container's own certificates. None of
that is part of an image.
"""

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from docker.errors import NotFound
from docker.models.containers import Container

from sandbox.machine.containers.bundle_variables import BUNDLE_VARIABLES
from sandbox.machine.containers.files import add_files

NOWHERE = "0.0.0.0"  # noqa: S104 - asked there, a container refuses by itself
BUNDLE = "/usr/local/share/slipway/ca-certificates.pem"  # what an image believes, and the sandbox's
# Where a system's own store lies: Debian's and Alpine's, Fedora's.
_STORES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
)
_ADDED = "/usr/local/share/ca-certificates/slipway-sandbox.crt"  # for `update-ca-certificates`
_MACHINE_S = Path(_STORES[0])
_MOST_BYTES = 4 << 20  # of a store; an image may be anybody's


@dataclass(frozen=True)
class PublicNames:
    """Hosts, and who answers for them."""

    hosts: Mapping[str, str] = field(default_factory=dict[str, str])  # name -> address
    certificate: str = ""  # PEM of the authority to believe; empty where nobody answers
    # Address of the resolver that knows all names below the platforms' domains; empty for none.
    resolver: str = ""
    domains: Sequence[str] = ()  # below which each name is an app's, so that none can be listed

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables that containers begin with, unless they have them already."""
        return dict.fromkeys(BUNDLE_VARIABLES, BUNDLE) if self.certificate else {}

    def put_into(self, container: Container) -> None:
        """Lets a container that has not started believe who answers. Errors are the engine's."""
        if not self.certificate:
            return
        stores = {path: text for path in _STORES if (text := _read(container, path))}
        known = next(iter(stores.values()), None)
        if known is None and _MACHINE_S.is_file():
            known = _MACHINE_S.read_text(encoding="utf-8", errors="replace")
        files = {path: f"{text.rstrip()}\n{self.certificate}" for path, text in stores.items()}
        files[BUNDLE] = f"{(known or '').rstrip()}\n{self.certificate}".lstrip()
        files[_ADDED] = self.certificate
        add_files(container, files)


def _read(container: Container, path: str) -> str | None:
    """A file of a container, if it is there and is no link."""
    try:
        pieces, _ = container.get_archive(path)
    except NotFound:
        return None
    archive = io.BytesIO(b"".join(_at_most(pieces)))
    try:
        with tarfile.open(fileobj=archive) as tar:
            entry = tar.next()
            found = tar.extractfile(entry) if entry is not None and entry.isreg() else None
            return None if found is None else found.read().decode(errors="replace")
    except (tarfile.TarError, EOFError):  # longer than any store
        return None


def _at_most(pieces: Iterator[bytes]) -> Iterator[bytes]:
    left = _MOST_BYTES
    for piece in pieces:
        if left <= 0:
            return
        yield piece[:left]
        left -= len(piece)
