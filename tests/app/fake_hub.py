"""Just the Hub's download endpoint, with the headers and errors its client tells apart."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

COMMIT = "89abcdef" * 5


class FakeHub:
    """Serves one file at `/{repo}/resolve/{revision}/{file}` to bearers of one token."""

    def __init__(self, data: bytes, *, token: str) -> None:
        self.data, self.token = data, token
        self.announced_sha256 = hashlib.sha256(data).hexdigest()
        self.requests: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                hub.answer(self, with_body=False)

            def do_GET(self) -> None:
                hub.answer(self, with_body=True)

            def log_message(self, *_: object) -> None:
                """Keeps the test output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refusal(self, path: str, authorization: str | None) -> tuple[int, str] | None:
        """Status and X-Error-Code, or None if the file may be served."""
        namespace, name, _, revision, file = path.strip("/").split("/")
        if authorization != f"Bearer {self.token}":
            return 401, "" if authorization else "RepoNotFound"
        if name == "gated":
            return 403, "GatedRepo"
        if name == "outside-scope":
            return 403, ""
        if (namespace, name) != ("acme", "tiny-phi"):
            return 404, "RepoNotFound"
        if revision not in {"main", COMMIT}:
            return 404, "RevisionNotFound"
        return None if file == "tiny-phi.gguf" else (404, "EntryNotFound")

    def answer(self, handler: BaseHTTPRequestHandler, *, with_body: bool) -> None:
        self.requests.append(f"{handler.command} {handler.path}")
        authorization = handler.headers.get("Authorization")
        if refused := self.refusal(handler.path, authorization):
            status, code = refused
            handler.send_response(status)
            if code:
                handler.send_header("X-Error-Code", code)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
            return
        handler.send_response(200)
        handler.send_header("X-Repo-Commit", COMMIT)
        handler.send_header("ETag", f'"{self.announced_sha256}"')
        handler.send_header("Content-Length", str(len(self.data)))
        handler.end_headers()
        if with_body:
            handler.wfile.write(self.data)
