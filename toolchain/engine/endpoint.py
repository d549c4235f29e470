"""Asks whether a Docker engine answers, without a client library or the user's configuration."""

import http.client
import socket
from http import HTTPStatus

_SECONDS = 5.0


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, seconds: float) -> None:
        super().__init__("localhost", timeout=seconds)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def engine_listens(docker_host: str) -> bool:
    """Whether somebody listens at an address of the form "unix:///path", however slow to answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asked:
        asked.settimeout(_SECONDS)
        try:
            asked.connect(docker_host.removeprefix("unix://"))
        except OSError:
            return False
    return True


def engine_answers(docker_host: str, *, seconds: float = _SECONDS) -> bool:
    """Whether an engine serves at an address of the form "unix:///path".

    Only unix sockets are asked: an engine on another machine could neither publish ports on this
    one's loopback nor reach this one's servers.

    Args:
        docker_host: the address.
        seconds: how long one that listens may take; where nobody listens the answer comes at once.
    """
    scheme, _, path = docker_host.partition("://")
    if scheme != "unix":
        return False
    connection = _UnixConnection(path, seconds)
    try:
        connection.request("GET", "/_ping")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
