"""One sandbox's home: the git-ignored folder with everything a clone's sandbox keeps."""

import json
import os
import secrets
import socket
import string
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from sandbox.database import Database
from sandbox.toolchain.cache import locked

HOME_VARIABLE = "SLIPWAY_HOME"


@dataclass(frozen=True)
class Identity:
    """What is drawn once per sandbox and then stays: its name, ports and credentials."""

    name: str  # in names of containers, networks and images; 8 hex digits
    hub_port: int
    hub_token: str  # may write; what the program and `git push` use
    hub_read_token: str  # may read; what the Spaces get
    render_port: int
    render_key: str  # Render's API key
    render_hook_key: str  # of every service's deploy hook
    passphrase: str  # of the sandbox's own state backend


class Home:
    """Paths and identity of one sandbox; the folder is created when first asked for.

    Args:
        folder: `.slipway` of a clone, or any other folder, as tests use.
        checkout: the clone whose program runs in it.
    """

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder = folder.resolve()
        self.checkout = checkout.resolve()
        self.database = self.folder / "sandbox.db"
        self.repositories = self.folder / "hub"
        self.project = self.folder / "project"
        self.backend = self.folder / "state"
        self.server_log = self.folder / "server.log"
        self.start_lock = self.folder / "start.lock"
        self.server_lock = self.folder / "server.lock"
        self.server_file = self.folder / "server.json"
        self.passphrase_file = self.folder / "passphrase"

    @classmethod
    def current(cls) -> "Home":
        """The home of the clone this code lies in, or the one that SLIPWAY_HOME names."""
        checkout = Path(__file__).resolve().parent.parent
        return cls(Path(os.environ.get(HOME_VARIABLE) or checkout / ".slipway"), checkout)

    def make_folder(self) -> None:
        """Makes the folder, closed to other users: logs and private repositories are in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def open_database(self) -> Database:
        """The sandbox's database; holds what the platforms know, Space secrets included."""
        self.make_folder()
        self.database.touch(mode=0o600)
        return Database(self.database)

    def identity(self) -> Identity:
        """The sandbox's identity, drawn when first asked for."""
        path = self.folder / "identity.json"
        self.make_folder()
        with locked(self.folder / "identity.lock"):
            known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
            # A home made by an older version lacks what a newer one draws; what it has, it keeps.
            if any(field.name not in known for field in fields(Identity)):
                known = {**asdict(_draw()), **known}
                self._write_private(path, json.dumps(known, indent=2))
            identity = Identity(**{field.name: known[field.name] for field in fields(Identity)})
            if not self.passphrase_file.exists():
                self._write_private(self.passphrase_file, identity.passphrase)
        return identity

    def _write_private(self, path: Path, text: str) -> None:
        partial = path.with_suffix(".partial")
        partial.touch(mode=0o600)
        partial.write_text(text, encoding="utf-8")
        partial.rename(path)


def _draw() -> Identity:
    def token(prefix: str, length: int) -> str:
        return prefix + "".join(secrets.choice(string.ascii_letters) for _ in range(length))

    return Identity(
        name=secrets.token_hex(4),
        hub_port=_free_port(),
        hub_token=token("hf_", 34),
        hub_read_token=token("hf_", 34),
        render_port=_free_port(),
        render_key=token("rnd_", 32),
        render_hook_key=token("", 16),
        passphrase=secrets.token_urlsafe(24),
    )


def _free_port() -> int:
    """A port below those that kernels hand out by themselves, so that it is free again later."""
    while True:
        port = 20000 + secrets.randbelow(10000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
