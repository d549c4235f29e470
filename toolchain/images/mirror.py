"""Docker Hub as our builder sees it: the private registry, which gets a stand-in when asked for it.

A process of its own beside the registry, for as long as the engine runs. Whoever builds or runs an
official image asks here; one that can be stood in for and was never asked for before is made first.
"""

import http.client
import json
import os
import re
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from toolchain.detached_process import DetachedProcess
from toolchain.images.base_images import BaseImages, read_dockerfile
from toolchain.images.buildkit import BuildkitPrograms
from toolchain.images.registry import MANIFEST_TYPES, RegistryClient
from toolchain.ports import free_low_port
from toolchain.progress import Progress, SetupError

_MANIFEST = re.compile(r"^/v2/(?:library/)?(?P<name>[\w./-]+)/manifests/(?P<tag>[\w.-]+)$")
_PASSED_ON = ("Content-Type", "Docker-Content-Digest", "Etag")
_CODE = Path(__file__).resolve().parents[2]
_READY_SECONDS = 20.0
_STOP_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class MirrorSettings:
    """What the process is told."""

    address: str  # where it listens, "127.0.0.1:PORT"
    registry: str  # where images are, "127.0.0.1:PORT"
    registry_folder: str  # where what was made is recorded
    programs: str  # BuildKit's folder of programs
    buildkit: str  # the builder's address, "unix://…"


class Mirror:
    """The process, found again by its settings."""

    def __init__(self, folder: Path) -> None:
        """Names it; nothing is started.

        Args:
            folder: its settings and its log.
        """
        self._process = DetachedProcess("mirror", folder)
        self._settings = folder / "settings.json"

    def address(self) -> str:
        """Where it listens or will listen; the port stays."""
        known = self._known()
        return known["address"] if known else f"127.0.0.1:{free_low_port()}"

    def ensure(self, settings: MirrorSettings, *, held: bool = False) -> None:
        """Starts it unless it runs with these settings.

        Args:
            settings: with the address that `address` gave.
            held: another process uses the engine: as long as it lives it is left alone.

        Raises:
            SetupError: it could not be started; the message holds its log's deciding line.
        """
        client = RegistryClient(settings.address)
        if self._process.alive() and (held or self._known() == asdict(settings)):
            return
        self._process.stop(_STOP_SECONDS)
        self._settings.parent.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(json.dumps(asdict(settings)), encoding="utf-8")
        program: list[str | Path] = [sys.executable, "-m", "toolchain.images.mirror"]
        self._process.start([*program, self._settings], {"PYTHONPATH": str(_CODE)})
        self._process.wait_until(client.answers, _READY_SECONDS)

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def stop(self) -> None:
        """Ends it."""
        self._process.stop(_STOP_SECONDS)

    def _known(self) -> dict[str, str] | None:
        try:
            known: dict[str, str] = json.loads(self._settings.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known


class MirrorServer(ThreadingHTTPServer):
    """Answers with what the registry has, after it was made there.

    Args:
        address: (host, port) to listen on.
        registry: "127.0.0.1:PORT".
        make: puts an official image, "name:tag", into the registry unless it is there or can't be
            made; raises SetupError when that fails.
    """

    daemon_threads = True

    def __init__(
        self, address: tuple[str, int], registry: str, make: Callable[[str], None]
    ) -> None:
        super().__init__(address, _Handler)
        self.registry = registry
        self._make = make
        self._making = threading.Lock()

    def make(self, name: str) -> None:
        """One after the other: they stand on each other's layers."""
        with self._making:
            self._make(name)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MirrorServer

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's own name
        """Nothing: each layer of each build would be a line."""

    def _answer(self) -> None:
        found = _MANIFEST.match(self.path.partition("?")[0])
        if found is None and self.path != "/v2/":
            self._send(HTTPStatus.TEMPORARY_REDIRECT, {"Location": self._there()}, b"")
            return
        if found is not None:
            try:
                self.server.make(f"{found['name']}:{found['tag']}")
            except (SetupError, OSError) as error:  # what was made before is answered all the same
                sys.stderr.write(f"error: {found['name']}:{found['tag']}: {error}\n")
                sys.stderr.flush()
        connection = http.client.HTTPConnection(self.server.registry, timeout=30)
        try:
            accept = ", ".join(self.headers.get_all("Accept") or [MANIFEST_TYPES])
            connection.request("GET", self.path, headers={"Accept": accept})
            said = connection.getresponse()
            headers = {name: said.headers[name] for name in _PASSED_ON if name in said.headers}
            self._send(HTTPStatus(said.status), headers, said.read())
        except OSError:
            self._send(HTTPStatus.BAD_GATEWAY, {}, b"")
        finally:
            connection.close()

    def _there(self) -> str:
        return f"http://{self.server.registry}{self.path}"

    def _send(self, status: HTTPStatus, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def main(file: Path) -> None:
    """Serves until it is ended."""
    settings = MirrorSettings(**json.loads(file.read_text(encoding="utf-8")))
    read_dockerfile()  # while it is there: the clone that started this may be removed meanwhile
    images = BaseImages(Path(settings.registry_folder), BuildkitPrograms(Path(settings.programs)))
    progress = Progress()  # into the log

    def make(name: str) -> None:
        images.ensure_one(name, settings.registry, settings.buildkit, progress)

    host, _, port = settings.address.rpartition(":")
    MirrorServer((host, int(port)), settings.registry, make).serve_forever()


if __name__ == "__main__":
    main(Path(os.fsdecode(sys.argv[1])))
