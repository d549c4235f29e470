"""One sandbox's home: the git-ignored folder with everything a clone's sandbox keeps."""

import json
import secrets
import string
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any
from weakref import WeakSet

from sandbox.store.database import Database
from toolchain.cache import locked
from toolchain.ports import free_low_port
from toolchain.progress import SetupError

HOME_VARIABLE = "SLIPWAY_HOME"  # names the folder, to whoever starts the server and to it
_PLACE = "folder"  # key of the identity's file: where the sandbox was when it was last used


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
    github_port: int
    github_token: str  # classic, with all scopes; what the program and `git push` use


def image_prefix(name: str) -> str:
    """The folder of a sandbox's images in the registry that a user's clones share."""
    return f"slipway-{name}"


class Home:
    """Paths and identity of one sandbox; the folder is created when first asked for."""

    reset_command = "slipway-sandbox reset"  # as a person types it, for messages
    start_command = "slipway-sandbox serve"

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._identity = self.folder / "identity.json"
        self.database = self.folder / "sandbox.db"
        self.repositories = self.folder / "hub"
        self.server_log = self.folder / "server.log"
        self.start_lock = self.folder / "start.lock"
        self.server_lock = self.folder / "server.lock"
        self.server_file = self.folder / "server.json"
        self._opened: WeakSet[Database] = WeakSet()

    def make_folder(self) -> None:
        """Makes the folder, closed to other users: logs and private repositories are in it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def open_database(self) -> Database:
        """The sandbox's database; holds what the platforms know, Space secrets included."""
        self.make_folder()
        self.database.touch(mode=0o600)
        database = Database(self.database)
        self._opened.add(database)
        return database

    def close(self) -> None:
        """Closes the database, which each thread that asked has open until it ends itself.

        Whoever asks later opens it again.
        """
        for database in list(self._opened):
            database.close()

    def identity(self) -> Identity:
        """The sandbox's identity, drawn when first asked for.

        Raises:
            SetupError: this folder is a copy of another sandbox's, whose identity it can't share.
        """
        if original := self.original():
            raise SetupError(
                f"{self.folder} is a copy of {original}, and two sandboxes can't share ports, "
                f"containers and credentials. Run `{self.reset_command}` here; it forgets the copy "
                "alone."
            )
        self.make_folder()
        with locked(self.folder / "identity.lock"):
            known = self._known()
            # A home made by an older version lacks what a newer one draws; what it has, it keeps.
            # One that was moved, instead of copied, keeps everything.
            missing = any(field.name not in known for field in fields(Identity))
            if missing or known.get(_PLACE) != str(self.folder):
                known = {**asdict(_draw(known)), **known, _PLACE: str(self.folder)}
                self.write_private(self._identity, json.dumps(known, indent=2))
        return Identity(**{field.name: known[field.name] for field in fields(Identity)})

    def port(self, platform: str) -> int:
        """Where a platform listens, drawn when first asked for."""
        self.identity()
        with locked(self.folder / "identity.lock"):
            known = self._known()
            if f"{platform}_port" not in known:
                known[f"{platform}_port"] = next(_new_ports(known))
                self.write_private(self._identity, json.dumps(known, indent=2))
            return int(known[f"{platform}_port"])

    def keep_ports(self, ports: Mapping[str, int]) -> None:
        """Lets platforms listen elsewhere from now on."""
        self.identity()
        with locked(self.folder / "identity.lock"):
            known = self._known() | {f"{name}_port": port for name, port in ports.items()}
            self.write_private(self._identity, json.dumps(known, indent=2))

    def original(self) -> Path | None:
        """The sandbox's folder that this one is a copy of, as `cp -r` of a checkout makes one.

        The folder says where it was when it was last used. If the same sandbox is still there, this
        is a copy; if it is not, or it is this very folder under another path, it was moved.
        """
        known = self._known()
        place = Path(known.get(_PLACE) or self.folder)
        there = place / self._identity.name
        try:
            if place == self.folder or there.samefile(self._identity):
                return None
            same = json.loads(there.read_text(encoding="utf-8"))["name"] == known["name"]
        except (OSError, ValueError, KeyError):
            return None
        return place if same else None

    def kept(self, name: str, draw: Callable[[], str]) -> str:
        """The text of a file of the home that other users can't read; drawn if it is not there."""
        self.make_folder()
        path = self.folder / name
        with locked(path.with_suffix(".lock")):
            if not path.exists():
                self.write_private(path, draw())
            return path.read_text(encoding="utf-8")

    def _known(self) -> dict[str, Any]:
        if not self._identity.exists():
            return {}
        known: dict[str, Any] = json.loads(self._identity.read_text(encoding="utf-8"))
        return known

    def write_private(self, path: Path, text: str) -> None:
        """Writes a file that other users can't read, whole or not at all."""
        # One of its own: jobs that begin at once write the same file, each the same text.
        partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
        partial.touch(mode=0o600)
        partial.write_text(text, encoding="utf-8")
        partial.rename(path)


def _new_ports(known: Mapping[str, Any]) -> Iterator[int]:
    """Free ports, each once, and none of those that this sandbox has already."""
    taken = {value for name, value in known.items() if name.endswith("_port")}
    while True:
        port = free_low_port()
        if port not in taken:
            taken.add(port)
            yield port


def _draw(known: Mapping[str, Any]) -> Identity:
    """A whole identity; its ports are none of those that an older one knows."""

    def token(prefix: str, length: int) -> str:
        return prefix + "".join(secrets.choice(string.ascii_letters) for _ in range(length))

    ports = _new_ports(known)
    return Identity(
        name=secrets.token_hex(4),
        hub_port=next(ports),
        hub_token=token("hf_", 34),
        hub_read_token=token("hf_", 34),
        render_port=next(ports),
        render_key=token("rnd_", 32),
        render_hook_key=token("", 16),
        github_port=next(ports),
        github_token=token("ghp_", 36),
    )
