"""A tiny app as a real process, with the changes that pull requests make to apps."""

import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KINDS = ("base", "refactoring", "prompt", "weights", "slower", "leak", "cache", "unsteady")
WORK_SECONDS = 0.004
KEPT = []


def answer(kind: str, prompt: str) -> str:
    if kind == "prompt":
        prompt = f"You are a cook. {prompt}"
    time.sleep(WORK_SECONDS * (4 if kind == "slower" else 1))
    if kind == "leak":
        KEPT.append(bytearray(b"x" * (64 << 10)))
    if kind == "cache" and not KEPT:
        KEPT.append(bytearray(b"x" * (4 << 20)))  # once, and then never again
    said = prompt.upper() if kind == "weights" else prompt[::-1]
    return f"{said} {time.monotonic_ns()}" if kind == "unsteady" else said


class Handler(BaseHTTPRequestHandler):
    kind: str
    commit: str

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = {"text": answer(self.kind, body["prompt"]), "revision": self.commit}
        self.say(200, found | {"duration_ms": time.monotonic()})

    def do_GET(self):
        if self.path == "/page":
            colour = "teal" if self.kind == "prompt" else "white"
            page = f"<body style='background: {colour}'>{self.commit}</body>"
            return self.send(200, "text/html", page.encode())
        return self.say(200 if self.path == "/health" else 404, {"status": "ok"})

    def say(self, status, content):
        # The same content in another order of keys is what a refactoring may come to.
        reverse = self.kind == "refactoring"
        ordered = dict(sorted(content.items(), reverse=reverse))
        self.send(status, "application/json", json.dumps(ordered).encode())

    def send(self, status, kind, content):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


def main():
    bound = type("Bound", (Handler,), {"kind": sys.argv[1], "commit": sys.argv[2]})
    server = ThreadingHTTPServer(("127.0.0.1", 0), bound)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
