"""The process machine for databases: a server that answers as PostgreSQL does to a newcomer.

It asks every session for its password and hangs up. What a real one does is tested with a real one.
"""

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from sandbox.machine.contract import Container, RunRequest
from tests.sandbox.render.machine import RenderMachine

SERVER = """
import os, socketserver, sys

class Session(socketserver.BaseRequestHandler):
    def handle(self):
        if self.request.recv(4096):
            self.request.sendall(b"R" + bytes([0, 0, 0, 8, 0, 0, 0, 5]) + b"salt")

class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

Server(("127.0.0.1", int(os.environ["LISTEN"])), Session).serve_forever()
"""
BROKEN = "raise SystemExit(3)"


@dataclass
class PostgresMachine(RenderMachine):
    """Has PostgreSQL 15 and 16."""

    volumes: dict[str, Path] = field(default_factory=dict)
    requests: list[RunRequest] = field(default_factory=list)  # so far

    def __post_init__(self):
        self.registry = {f"postgres:{major}": SERVER for major in (15, 16)}

    def why_not(self, reference: str) -> str | None:
        return None if reference in self.registry else "this machine has 15 and 16 only"

    def has_image(self, tag: str) -> bool:
        return tag in self.images

    def run(self, request: RunRequest) -> Container:
        for name in request.volumes:
            if name not in self.volumes:
                self.volumes[name] = self.folder / f"volume-{len(self.volumes)}-{name}"
                self.volumes[name].mkdir()
        self.requests.append(request)
        return super().run(replace(request, command=None, files={}))

    def remove_volume(self, name: str) -> None:
        folder = self.volumes.pop(name, None)
        if folder is not None:
            shutil.rmtree(folder)
