"""The image builder's ways to this machine's loopback: the registry's port and few others.

The builder is in a network namespace of its own, since what a Dockerfile's ADD and FROM name it
fetches itself. What it needs of this machine's loopback answers on the same address and port of its
own loopback, where nothing but the builder is: steps of builds have others. What steps need, as a
package index on loopback, answers under the bridge's address.
"""

import json
import os
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from pathlib import Path
from socketserver import BaseRequestHandler, BaseServer, ThreadingTCPServer, ThreadingUDPServer
from urllib.parse import urlsplit

from toolchain.detached_process import DetachedProcess
from toolchain.engine.network_namespace import inside
from toolchain.engine.resolvers import RESOLVER_PORT
from toolchain.engine.resolvers import resolvers as machine_resolvers

_CODE = Path(__file__).resolve().parents[2]
_READY_SECONDS = 20.0
_STOP_SECONDS = 5.0
_RESOLVER_SECONDS = 5.0
_CHUNK = 1 << 20  # bytes
_DATAGRAM = 65535  # bytes
_MOST_THREADS = 1000  # two a connection
_PROXIES = ("http_proxy", "https_proxy")


@dataclass(frozen=True, kw_only=True)
class WaysSettings:
    """What the process is told."""

    namespace: str  # path of the builder's network namespace
    tcp: Sequence[str]  # "127.0.0.1:PORT", the same on both sides
    udp: Sequence[str]
    open: Sequence[str] = ()  # "127.0.0.1:PORT", reached from steps as well, under `open_at`
    open_at: str = ""


def ways(
    namespace: Path,
    services: Sequence[str],
    *,
    steps_need: Sequence[str] = (),
    open_at: str = "",
    environment: Mapping[str, str] = os.environ,
    resolvers: Path = Path("/etc/resolv.conf"),
) -> WaysSettings:
    """The ways that this machine's builder needs.

    Args:
        namespace: see WaysSettings.
        services: "127.0.0.1:PORT" of what the builder talks to.
        steps_need: the same of what steps of builds talk to; none of `services` is.
        open_at: this machine's address under which they do.
        environment: whose proxies the builder uses.
        resolvers: the file that names this machine's resolvers of names.
    """
    variables = {name.lower(): value for name, value in environment.items()}
    proxies = [_proxy(variables[name]) for name in _PROXIES if variables.get(name)]
    names = [f"{each}:{RESOLVER_PORT}" for each in machine_resolvers(resolvers)]
    tcp = dict.fromkeys(each for each in (*services, *proxies, *names) if _on_loopback(each))
    udp = tuple(each for each in names if _on_loopback(each))
    return WaysSettings(
        namespace=str(namespace),
        tcp=tuple(tcp),
        udp=udp,
        open=tuple(each for each in steps_need if each not in services),
        open_at=open_at,
    )


class BuilderWays:
    """The process, found again by its settings."""

    def __init__(self, folder: Path) -> None:
        """Names it; nothing is started.

        Args:
            folder: its settings and its log.
        """
        self._process = DetachedProcess("builder-ways", folder)
        self._settings = folder / "settings.json"
        self._ready = folder / "ready"

    def ensure(self, settings: WaysSettings) -> None:
        """Starts it unless it runs with these settings; the namespace has to be there.

        Raises:
            SetupError: it could not be started; the message holds its log's deciding line.
        """
        wanted = json.dumps(asdict(settings))
        known = self._settings.read_text(encoding="utf-8") if self._settings.is_file() else ""
        if self._process.alive() and known == wanted:
            return
        self._process.stop(_STOP_SECONDS)
        self._settings.parent.mkdir(parents=True, exist_ok=True)
        self._settings.write_text(wanted, encoding="utf-8")
        self._ready.unlink(missing_ok=True)
        program: list[str | Path] = [sys.executable, "-m", "toolchain.engine.builder_ways"]
        self._process.start([*program, self._settings, self._ready], {"PYTHONPATH": str(_CODE)})
        self._process.wait_until(self._ready.is_file, _READY_SECONDS)

    def alive(self) -> bool:
        """Whether it runs."""
        return self._process.alive()

    def stop(self) -> None:
        """Ends it."""
        self._process.stop(_STOP_SECONDS)


class _Stream(BaseRequestHandler):
    """One connection, passed on in both directions until both have ended."""

    server: "_Tcp"

    def handle(self) -> None:
        with socket.create_connection(self.server.target) as there:
            back = threading.Thread(target=_pass_on, args=(there, self.request), daemon=True)
            back.start()
            _pass_on(self.request, there)
            back.join()


class _Datagram(BaseRequestHandler):
    """One question to a resolver, and its answer."""

    server: "_Udp"

    def handle(self) -> None:
        question, asked_on = self.request
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as there:
            there.settimeout(_RESOLVER_SECONDS)
            there.connect(self.server.target)
            there.send(question)
            with suppress(OSError):  # who asks asks again
                asked_on.sendto(there.recv(_DATAGRAM), self.client_address)


class _Tcp(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, target: tuple[str, int], at: str | None = None) -> None:
        super().__init__((at or target[0], target[1]), _Stream)
        self.target = target

    def verify_request(self, request: object, client_address: object) -> bool:
        """Whether one more is carried: a step may open as many as it likes."""
        del request, client_address
        return threading.active_count() < _MOST_THREADS

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: whom the way leads to may be away, and the builder says so itself."""


class _Udp(ThreadingUDPServer):
    daemon_threads = True

    def __init__(self, target: tuple[str, int]) -> None:
        super().__init__(target, _Datagram)
        self.target = target


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    """By the kernel alone: a model's layer is gigabytes."""
    end_out, end_in = os.pipe()
    try:
        while count := os.splice(source.fileno(), end_in, _CHUNK):
            while count > 0:
                count -= os.splice(end_out, target.fileno(), count)
    except OSError:
        pass  # either side is gone; the other is told
    finally:
        os.close(end_out)
        os.close(end_in)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


def _proxy(value: str) -> str:
    parts = urlsplit(value if "://" in value else f"http://{value}")
    host = "127.0.0.1" if parts.hostname == "localhost" else parts.hostname or ""
    return f"{host}:{parts.port or 80}"


def _on_loopback(address: str) -> bool:
    try:
        found = ip_address(address.rpartition(":")[0])
    except ValueError:
        return False
    return found.version == 4 and found.is_loopback  # noqa: PLR2004 - the Internet Protocol's


def _pair(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


def main(settings_file: Path, ready: Path) -> None:
    """Serves until it is ended."""
    settings = WaysSettings(**json.loads(settings_file.read_text(encoding="utf-8")))
    with inside(settings.namespace):
        servers: list[BaseServer] = [_Tcp(_pair(each)) for each in settings.tcp]
        servers += [_Udp(_pair(each)) for each in settings.udp]
    for each in settings.open:
        with suppress(OSError):  # it listens there already, as one on all addresses does
            servers.append(_Tcp(_pair(each), settings.open_at))
    threads = [threading.Thread(target=each.serve_forever) for each in servers]
    for thread in threads:
        thread.start()
    ready.touch()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(Path(os.fsdecode(sys.argv[1])), Path(os.fsdecode(sys.argv[2])))
