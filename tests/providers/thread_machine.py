"""A machine whose images are nothing but their names, and whose containers are threads.

Builds take no time; a Dockerfile that says FAIL does not build. A container is a small web server
that answers with the revision it was started with, so a provider's wait has something to wait for.
"""

import json
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    Container,
    ContainerState,
    LogSink,
    RunRequest,
)


class _App(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps({"revision": self.server.env.get("REVISION")}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


class _Server(ThreadingHTTPServer):
    """Sleeps until it is asked or ended: many run at once, and looking costs each of them."""

    daemon_threads = True

    def serve_forever(self, poll_interval=0.5):
        del poll_interval
        with suppress(OSError):  # it was ended
            while True:
                self.process_request(*self.get_request())

    def shutdown(self):
        with suppress(OSError):  # of what ended by itself it is closed already
            self.socket.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_):
        """A visitor that is killed is no error."""


@dataclass
class _Running:
    container: Container
    server: ThreadingHTTPServer
    thread: threading.Thread
    ended: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        self.ended.set()


class ThreadMachine:
    """Keeps the contract of `sandbox.machine.contract.Machine`."""

    inside_host = "127.0.0.1"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[str, _Running] = {}
        self._by_id: dict[str, _Running] = {}

    def build(self, request: BuildRequest, log: LogSink, _check=None) -> str:
        log("reading the Dockerfile")
        if "FAIL" in (request.context / request.dockerfile).read_text(encoding="utf-8"):
            log("the build says FAIL")
            raise BuildFailedError("FAIL")
        return f"sha256:{request.tag}"

    def server(self, _request: RunRequest):
        """What serves in a container."""
        return _Server(("127.0.0.1", 0), _App)

    def run(self, request: RunRequest) -> Container:
        self.remove(request.name)
        server = self.server(request)
        server.env = dict(request.env)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        container = Container(f"{request.name}-{server.server_port}", server.server_port)
        running = _Running(container, server, thread)
        with self._lock:
            self._running[request.name] = self._by_id[container.id] = running
        return container

    def follow_logs(self, container_id: str, log: LogSink) -> None:
        log("the app starts")
        if running := self._by_id.get(container_id):
            running.ended.wait()

    def state(self, container_id: str) -> ContainerState | None:
        running = self._by_id.get(container_id)
        if running is None:
            return None
        ended = running.ended.is_set()
        return ContainerState(
            running=not ended, exit_code=0 if ended else None, out_of_memory=False
        )

    def open_ports(self, _container_id: str):
        """A process of this computer has no ports of its own."""
        return ()

    def find(self, name: str) -> Container | None:
        running = self._running.get(name)
        return running.container if running else None

    def names(self) -> list[str]:
        """The containers there are."""
        with self._lock:
            return sorted(self._running)

    def remove(self, name: str, *, soon: bool = False) -> None:
        del soon
        with self._lock:
            running = self._running.pop(name, None)
        if running is not None:
            running.stop()

    def why_not(self, _reference: str) -> str | None:
        """Whatever is asked for can be had."""
        return None

    def has_image(self, _tag: str) -> bool:
        """Images are nothing but their names."""
        return True

    def remove_volume(self, name: str) -> None:
        """There are no volumes."""

    def remove_image(self, tag: str) -> None:
        """There are no images."""

    def close(self) -> None:
        for name in list(self._running):
            self.remove(name)
