"""The connection of a configured github provider: whose repositories, by which calls."""

import os
import threading
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from toolchain.standins.github.address import DEFAULT, rest_root
from toolchain.standins.github.rest import ApiError, Rest
from toolchain.standins.protocol import PluginError, Properties

# As `slipway.snapshot` writes it in the place of each secret: who has it as a token asks nobody.
# The vendor's provider takes an owner's name as it is given, whatever GitHub says of it.
PLACEHOLDER = "SlipwaysPlaceholderOfASecret"


@dataclass
class Connection:
    """An owner's repositories. Thread-safe."""

    rest: Rest
    owner: str
    _ids: dict[str, int] = field(default_factory=dict[str, int])
    _asking: threading.Lock = field(default_factory=threading.Lock)

    def repository(self, name: str) -> tuple[str, ...]:
        """The parts of a repository's path."""
        return ("repos", self.owner, name)

    def repository_id(self, name: str) -> int:
        """A repository's number, asked for once; raises ApiError if it is not there."""
        with self._asking:
            if name not in self._ids:
                self._ids[name] = int(self.rest.call("GET", *self.repository(name))["id"])
            return self._ids[name]


def connect(properties: Properties, cancelled: threading.Event) -> Connection:
    """Reads a provider's properties, each else from its environment variable, and tries them.

    Raises:
        PluginError: an address that is not the sandbox's, no token, one that GitHub does not know,
            or an owner that is not there.
    """
    root = rest_root(_value(properties, "baseUrl", "GITHUB_BASE_URL") or DEFAULT)
    token = _value(properties, "token", "GITHUB_TOKEN")
    if not token:
        raise PluginError(
            "The github provider has no token: export GITHUB_TOKEN, or give the provider one."
        )
    rest = Rest(root, token, cancelled)
    owner = _value(properties, "owner", "GITHUB_OWNER") or properties.get("organization")
    found: dict[str, Any]
    if owner and token == PLACEHOLDER:
        return Connection(rest, str(owner))
    if not owner:
        found = rest.call("GET", "user")
        return Connection(rest, str(found["login"]))
    try:
        found = rest.call("GET", "users", owner)
    except ApiError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise PluginError(
            f"{error} The github provider's owner is {owner}: a user's or organization's name."
        ) from None
    return Connection(rest, str(found["login"]))


def _value(properties: Properties, key: str, variable: str) -> str:
    return str(properties.get(key) or os.environ.get(variable) or "")
