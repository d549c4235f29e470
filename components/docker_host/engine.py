"""A few calls to a Docker engine: what no provider plugin does for us, such as reading a log."""

import http.client
import json
import re
import socket
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlparse

from slipway.errors import ApiError, ConfigError

_TIMEOUT_SECONDS = 60.0  # starting a container on a busy machine takes a while
_STOP_SECONDS = 1  # what was tried has nothing to write down
_HEADER = 8  # bytes before each piece of a log: which stream, and the piece's length
_NO_CONTENT, _NOT_MODIFIED, _NOT_FOUND, _ERRORS = 204, 304, 404, 400
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|::1")


@dataclass(frozen=True)
class EngineAddress:
    """Where an engine answers, as DOCKER_HOST names it."""

    text: str

    def check(self) -> None:
        """Refuses what can't be used, or would give the machine to everybody who can reach it.

        Raises:
            ConfigError: names the value and what may stand there.
        """
        if not self._usable():
            raise ConfigError(
                f"Docker host {self.text!r}: use unix:///path/to/docker.sock, ssh://user@machine, "
                "or tcp://127.0.0.1:PORT. An engine that listens on a network without TLS hands "
                "its machine to everybody there; ssh reaches it as safely as you reach the machine."
            )

    def _usable(self) -> bool:
        try:
            url = urlparse(self.text)
            good = {
                "unix": url.path.startswith("/"),
                "ssh": bool(url.hostname) and not url.path.strip("/"),
                "tcp": bool(_LOOPBACK.fullmatch(url.hostname or "")) and url.port is not None,
            }
        except ValueError:  # no number for a port, or a bracket too few
            return False
        return good.get(url.scheme, False)

    def connect(self) -> "_Connection":
        """A connection for one request."""
        return _Connection(self)


class DockerEngine:
    """One engine, asked over its own API; safe to use from several threads."""

    def __init__(self, address: str) -> None:
        """Asks nothing yet.

        Raises:
            ConfigError: the address can't be used.
        """
        self._address = EngineAddress(address)
        self._address.check()

    def container(self, container_id: str) -> dict[str, Any] | None:
        """What the engine says of a container; None if it has none of that id."""
        status, body = self._ask("GET", f"/containers/{container_id}/json", absent_is_fine=True)
        if status == _NOT_FOUND:
            return None
        found: dict[str, Any] = json.loads(body)
        return found

    def start(self, container_id: str) -> None:
        """Starts a container; one that runs keeps running."""
        self._ask("POST", f"/containers/{container_id}/start")

    def stop(self, container_id: str) -> None:
        """Ends a container, which stays for inspection; one that is gone or stands is fine."""
        path = f"/containers/{container_id}/stop?t={_STOP_SECONDS}"
        self._ask("POST", path, absent_is_fine=True)

    def log_tail(self, container_id: str, lines: int) -> list[str]:
        """The last lines of stdout and stderr, in the order they were written."""
        path = f"/containers/{container_id}/logs?stdout=1&stderr=1&tail={lines}"
        _, body = self._ask("GET", path)
        return _text(body).splitlines()[-lines:]

    def _ask(self, method: str, path: str, *, absent_is_fine: bool = False) -> tuple[int, bytes]:
        connection = self._address.connect()
        try:
            connection.request(method, path)
            response = connection.getresponse()
            status, body = response.status, response.read()
        except (OSError, http.client.HTTPException) as error:
            raise ApiError(
                f"Docker host {self._address.text} does not answer ({type(error).__name__}). Check "
                "that its engine runs and that you may use it: "
                f"`docker --host {self._address.text} info`."
            ) from None
        finally:
            connection.end()
        if status < _ERRORS or (status == _NOT_FOUND and absent_is_fine):
            return status, body
        raise ApiError(
            f"Docker host {self._address.text} answered {status} to {method} "
            f"{path.partition('?')[0]}: {_message(body)}",
            status,
        )


class _Connection(http.client.HTTPConnection):
    """HTTP over whatever leads to the engine."""

    def __init__(self, address: EngineAddress) -> None:
        super().__init__("docker", timeout=_TIMEOUT_SECONDS)
        self._url = urlparse(address.text)
        self._tunnel: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        """Opens it."""
        if self._url.scheme == "ssh":
            self.sock = self._through_ssh()
        elif self._url.scheme == "tcp":
            there = (self._url.hostname or "", self._url.port or 0)
            self.sock = socket.create_connection(there, _TIMEOUT_SECONDS)
        else:
            self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sock.settimeout(_TIMEOUT_SECONDS)
            self.sock.connect(self._url.path)

    def end(self) -> None:
        """Closes it, and ends the ssh behind it.

        Not part of `close`, which is called as well before an answer's body has been read.
        """
        self.close()
        if self._tunnel is not None:
            self._tunnel.terminate()
            self._tunnel.wait()

    def _through_ssh(self) -> socket.socket:
        """What Docker's own client does: the far machine's docker hands us its socket."""
        ours, theirs = socket.socketpair()
        ours.settimeout(_TIMEOUT_SECONDS)
        user = f"{self._url.username}@" if self._url.username else ""
        port = ["-p", str(self._url.port)] if self._url.port else []
        target = f"{user}{self._url.hostname}"
        command = ["ssh", "-o", "BatchMode=yes", *port, "--", target]
        with theirs:
            self._tunnel = subprocess.Popen(
                [*command, "docker", "system", "dial-stdio"],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
            )
        return ours


def _text(body: bytes) -> str:
    """A log as text; the engine cuts it into pieces unless the container has a terminal."""
    pieces, rest = [], body
    while len(rest) >= _HEADER and rest[0] in (0, 1, 2) and rest[1:4] == b"\0\0\0":
        end = _HEADER + int.from_bytes(rest[4:_HEADER], "big")
        pieces.append(rest[_HEADER:end])
        rest = rest[end:]
    return (b"".join(pieces) + rest).decode("utf-8", errors="replace")


def _message(body: bytes) -> str:
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(body)["message"])
    return "no reason given"
