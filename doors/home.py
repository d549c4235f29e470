"""The home of a clone's sandbox: what the doors keep in it beside the sandbox itself."""

import os
import secrets
from pathlib import Path

from sandbox.server import home as sandbox
from sandbox.server.home import HOME_VARIABLE
from toolchain.cache import locked


class Home(sandbox.Home):
    """Paths of a clone's sandbox: its own and those of the project that is raised in it.

    Args:
        folder: `.slipway` of a clone, or any other folder, as tests use.
        checkout: the clone whose program runs in it.
    """

    reset_command = "make reset"
    start_command = "make up"

    def __init__(self, folder: Path, checkout: Path) -> None:
        super().__init__(folder)
        self.checkout = checkout.resolve()
        self.project = self.folder / "project"
        self.backend = self.folder / "state"
        self.passphrase_file = self.folder / "passphrase"

    @classmethod
    def current(cls) -> "Home":
        """The home of the clone this code lies in, or the one that SLIPWAY_HOME names."""
        checkout = Path(__file__).resolve().parents[1]
        return cls(Path(os.environ.get(HOME_VARIABLE) or checkout / ".slipway"), checkout)

    def ensure_passphrase(self) -> None:
        """Makes the file with the passphrase of the sandbox's own state backend exist."""
        self.make_folder()
        with locked(self.folder / "passphrase.lock"):
            if not self.passphrase_file.exists():
                self.write_private(self.passphrase_file, secrets.token_urlsafe(24))
