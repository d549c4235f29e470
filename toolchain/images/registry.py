"""The private image registry: what BuildKit made goes through it to the engine, layer by layer."""

import http.client
import json
import socket
import subprocess
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from toolchain.debian_packages import find_program
from toolchain.detached_process import DetachedProcess
from toolchain.images.collection import KEPT_SECONDS, QUIET_SECONDS, Store, collect
from toolchain.progress import SetupError

_READY_SECONDS = 20.0
_STOP_SECONDS = 10.0
_PORT_SECONDS = 2.0
_DAY = 86_400.0  # seconds
_GROWN_BYTES = 1 << 30
_PAGE = 500  # repositories; a registry refuses more than 1000
MANIFEST_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json,"
    "application/vnd.oci.image.manifest.v1+json"
)


class Registry:
    """Debian's docker-registry on a loopback port, plain http, with its data in our folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = DetachedProcess("docker-registry", folder)
        self._config = folder / "config.json"
        self._collected = folder / "collected"  # what was left then, in bytes
        self._store = Store(folder / "data")

    def ensure(self) -> str:
        """Starts it unless it runs.

        Returns:
            Its address, "127.0.0.1:PORT"; the port stays the same while it is free.

        Raises:
            SetupError: it could not be started; the message holds its log's deciding line.
        """
        address = self._configured_address()
        if address is not None and self._process.alive():
            return address
        address = f"127.0.0.1:{_free_port(address)}"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(json.dumps(self._configuration(address)), encoding="utf-8")
        self._process.start([_program(), "serve", self._config], {})
        client = RegistryClient(address)
        self._process.wait_until(client.answers, _READY_SECONDS)
        return address

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def stop(self) -> None:
        """Ends it, and drops the layers that no image needs any more."""
        self._process.stop(_STOP_SECONDS)
        if not self._config.is_file():
            return
        # Only while it is stopped: a push running beside this could lose its layers. Not with
        # --delete-untagged, which takes the parts of multi-platform images for untagged ones.
        command: list[str | Path] = [
            _program(),
            "garbage-collect",
            self._config,
        ]
        with (self._folder / "garbage-collect.log").open("wb") as log:
            subprocess.run(command, check=False, stdout=log, stderr=log)
        self._store.drop_empty()

    def collect(
        self,
        kept: Collection[str],
        *,
        kept_seconds: float = KEPT_SECONDS,
        quiet_seconds: float = QUIET_SECONDS,
    ) -> bool:
        """Drops what no image needs any more while it runs; it answers nobody meanwhile.

        Args:
            kept: digests of images that stay though they have no tag.
            kept_seconds: an image without a tag stays for so long.
            quiet_seconds: for so long nobody must have written to it.

        Returns:
            False if it does not run, or somebody may be pushing to it.
        """
        pid, address = self._process.pid(), self._configured_address()
        if pid is None or address is None:
            return False
        port = int(address.rpartition(":")[2])
        done = collect(
            pid,
            port,
            (_program(), self._config),
            self._store,
            kept,
            kept_seconds=kept_seconds,
            quiet_seconds=quiet_seconds,
        )
        if done:
            self._collected.write_text(str(self._store.size()), encoding="utf-8")
        return done

    def has_grown(self) -> bool:
        """Whether it is worth it to collect: a day has passed, or a gigabyte was pushed."""
        try:
            before = int(self._collected.read_text(encoding="utf-8"))
            age = time.time() - self._collected.stat().st_mtime
        except (FileNotFoundError, ValueError):
            return True
        return age > _DAY or self._store.size() - before > _GROWN_BYTES

    def _configured_address(self) -> str | None:
        if not self._config.is_file():
            return None
        configuration = json.loads(self._config.read_text(encoding="utf-8"))
        return str(configuration["http"]["addr"])

    def _configuration(self, address: str) -> dict[str, object]:
        """YAML is what the registry reads, and JSON is YAML."""
        return {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(self._folder / "data")},
                "delete": {"enabled": True},
            },
            "http": {"addr": address},
        }


@dataclass(frozen=True)
class RegistryClient:
    """What we ask of the registry ourselves."""

    address: str  # "127.0.0.1:PORT"
    seconds: float = 10.0  # for an answer

    def answers(self) -> bool:
        """Whether it serves."""
        try:
            return self._request("GET", "/v2/")[0] == http.HTTPStatus.OK
        except OSError:
            return False

    def digest(self, repository: str, tag: str) -> str | None:
        """The digest of a tagged image's manifest, or None if there is none."""
        status, digest = self._request("HEAD", f"/v2/{repository}/manifests/{tag}")
        return digest if status == http.HTTPStatus.OK else None

    def forget(self, repository: str, digest: str | None) -> None:
        """Drops an image, and the next collection its layers. None or absent is success."""
        if digest is not None:
            self._request("DELETE", f"/v2/{repository}/manifests/{digest}")

    def forget_below(self, prefix: str) -> None:
        """Drops every image of the repositories in one folder, such as "slipway-1234"."""
        for repository in list(self._repositories()):
            if repository.startswith(f"{prefix}/"):
                for tag in self._list(f"/v2/{repository}/tags/list", "tags"):
                    self.forget(repository, self.digest(repository, tag))

    def _repositories(self) -> Iterator[str]:
        last = ""
        while page := self._list(f"/v2/_catalog?n={_PAGE}&last={last}", "repositories"):
            yield from page
            last = page[-1]

    def _list(self, path: str, key: str) -> list[str]:
        with self._answer("GET", path) as response:
            listed = json.load(response) if response.status == http.HTTPStatus.OK else {}
        return listed.get(key) or []

    def _request(self, method: str, path: str) -> tuple[int, str | None]:
        with self._answer(method, path) as response:
            return response.status, response.getheader("Docker-Content-Digest")

    @contextmanager
    def _answer(self, method: str, path: str) -> Iterator[http.client.HTTPResponse]:
        connection = http.client.HTTPConnection(self.address, timeout=self.seconds)
        try:
            connection.request(method, path, headers={"Accept": MANIFEST_TYPES})
            yield connection.getresponse()
        finally:
            connection.close()


def _program() -> Path:
    program = find_program("docker-registry")
    if program is None:
        raise SetupError("docker-registry is not installed: `apt-get install docker-registry`.")
    return Path(program)


def _free_port(preferred: str | None) -> int:
    """The port of the preferred address if nobody listens there, else any free one.

    The threads of a registry that was just killed may hold it a moment longer than the process
    seems to live.
    """
    deadline = time.monotonic() + _PORT_SECONDS
    while preferred is not None and time.monotonic() < deadline:
        port = _bound_port(int(preferred.rpartition(":")[2]))
        if port is not None:
            return port
        time.sleep(0.05)
    port = _bound_port(0)
    if port is None:
        raise SetupError("No loopback port is free for the image registry.")
    return port


def _bound_port(port: int) -> int | None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(listener.getsockname()[1])
