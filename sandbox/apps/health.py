"""Whether a started app answers, in the ways platforms ask."""

import http.client
import socket
from contextlib import suppress

_LOOPBACK = "127.0.0.1"
_TIMEOUT_SECONDS = 5.0
_SILENCE_SECONDS = 0.5  # how long a listening program may leave a silent visitor connected


def status_of(
    port: int, path: str = "/", *, own_address: tuple[str, int] | None = None
) -> int | None:
    """The status with which this loopback port answers `GET path`; None for no HTTP answer.

    A connect alone proves nothing: the engine's port proxy accepts before the app listens.

    Args:
        port: on loopback.
        path: what is asked for.
        own_address: of the app itself, asked where nobody listens on the port.
    """
    for place in ((_LOOPBACK, port), own_address):
        if place is not None:
            with suppress(ConnectionRefusedError):
                return _status_at(place, path)
    return None


def _status_at(place: tuple[str, int], path: str) -> int | None:
    """Raises ConnectionRefusedError where nobody listens."""
    connection = http.client.HTTPConnection(*place, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "sandbox-health"})
        return connection.getresponse().status
    except ConnectionRefusedError:
        raise
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(port: int, *, own_address: tuple[str, int] | None = None) -> bool:
    """Whether something on this loopback port answers `GET /` with any HTTP status; as `status_of`.

    A status of 500 counts as well: on the Hub an app that answers with errors is RUNNING all the
    same.
    """
    return status_of(port, own_address=own_address) is not None


def listens(port: int, *, own_address: tuple[str, int] | None = None) -> bool:
    """Whether a program accepts TCP connections behind this loopback port.

    Where nobody listens in the container the engine's proxy accepts and hangs up at once; a program
    waits for the visitor to speak, or speaks first. On a busy computer "at once" may be late, and
    then the app's own address tells them apart: there is no proxy that could accept.

    Args:
        port: on loopback.
        own_address: of the app itself, where a connection must not be refused either.
    """
    if own_address is not None and _refuses(own_address):
        return False
    try:
        with socket.create_connection((_LOOPBACK, port), _TIMEOUT_SECONDS) as connection:
            connection.settimeout(_SILENCE_SECONDS)
            try:
                return bool(connection.recv(1))
            except TimeoutError:
                return True
    except OSError:
        return False


def _refuses(place: tuple[str, int]) -> bool:
    """Whether nobody listens there; a place to which no way leads refuses nothing."""
    try:
        socket.create_connection(place, _SILENCE_SECONDS).close()
    except OSError as error:
        return isinstance(error, ConnectionRefusedError)
    return False
