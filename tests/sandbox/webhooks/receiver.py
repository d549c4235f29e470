"""A server that webhooks are sent to, which keeps what it gets."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: Message
    body: bytes

    @property
    def event(self) -> str:
        return self.headers["X-GitHub-Event"]

    @property
    def payload(self) -> dict:
        if self.headers["Content-Type"] == "application/json":
            return json.loads(self.body)
        return json.loads(parse_qs(self.body.decode())["payload"][0])


class Receiver:
    """What came, in order; `status` is what it answers, after `wait` has been set."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.status = 200
        self.wait: threading.Event | None = None
        self.headers: dict[str, str] = {}
        self._came = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.keep(Received(self.path, self.headers, body))
                if receiver.wait is not None:
                    receiver.wait.wait(30)
                self.send_response(receiver.status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"thanks")

            def log_message(self, *_said: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def keep(self, received: Received) -> None:
        with self._came:
            self.received.append(received)
            self._came.notify_all()

    def until(self, holds: Callable[[list[Received]], object], seconds: float = 20) -> None:
        """Waits until what came is as wanted."""
        end = time.monotonic() + seconds
        with self._came:
            while not holds(self.received):
                assert self._came.wait(end - time.monotonic()), [
                    (each.event, each.payload.get("action")) for each in self.received
                ]

    def next(self, event: str, count: int = 1) -> Received:
        """The newest of an event, when there are so many."""

        def of(received: list[Received]) -> list[Received]:
            return [each for each in received if each.event == event]

        self.until(lambda received: len(of(received)) >= count)
        return of(self.received)[count - 1]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """One on a free port, while the block runs."""
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        if receiver.wait is not None:
            receiver.wait.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join()
