"""A page under one address, without what is of its sandbox alone, such as a commit it shows."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from doors.behaviour.asking import App

_SECONDS = 30.0
_TEXT = ("text/", "application/json", "application/javascript")
_STREAM = "text/event-stream"
_PIECE = 1 << 14
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class _Handler(BaseHTTPRequestHandler):
    """Passes requests on to one app."""

    app: App
    address: str

    def do_GET(self) -> None:
        self._pass_on(None)

    def do_POST(self) -> None:
        self._pass_on(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _pass_on(self, body: bytes | None) -> None:
        headers = {"Accept-Encoding": "identity", "Accept": self.headers.get("Accept", "*/*")}
        if kind := self.headers.get("Content-Type"):
            headers["Content-Type"] = kind
        request = urllib.request.Request(f"{self.address}{self.path}", body, headers)  # noqa: S310
        try:
            with _DIRECT.open(request, timeout=_SECONDS) as response:
                kind = response.headers.get("Content-Type") or ""
                if not kind.startswith(_STREAM):
                    self._answer(response.status, kind, response.read())
                    return
                self._begin(response.status, kind)
                while piece := response.read1(_PIECE):
                    self.wfile.write(piece)
        except urllib.error.HTTPError as error:
            with error:
                self._answer(error.code, error.headers.get("Content-Type") or "", error.read())
        except OSError:
            self.close_connection = True  # either side went away

    def _answer(self, status: int, kind: str, content: bytes) -> None:
        if kind.startswith(_TEXT):
            for word, instead in self.app.own_words.items():
                content = content.replace(word.encode(), instead.encode())
        self._begin(status, kind)
        self.wfile.write(content)

    def _begin(self, status: int, kind: str) -> None:
        self.send_response(status)  # of HTTP/1.0: the connection's end is that of the answer
        self.send_header("Content-Type", kind)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Says nothing: a page's requests are nobody's news."""


@contextmanager
def masked(app: App, output: str) -> Iterator[str]:
    """Serves an app on this machine, its own words replaced; yields the address."""
    bound = type("Handler", (_Handler,), {"app": app, "address": app.addresses[output]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
