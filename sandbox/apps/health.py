"""Whether a started app answers, in the ways platforms ask."""

import http.client
import socket

_TIMEOUT_SECONDS = 5.0
_SILENCE_SECONDS = 0.5  # how long a listening program may leave a silent visitor connected


def status_of(port: int, path: str = "/") -> int | None:
    """The status with which this loopback port answers `GET path`; None for no HTTP answer.

    A connect alone proves nothing: the engine's port proxy accepts before the app listens.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "sandbox-health"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def answers(port: int) -> bool:
    """Whether something on this loopback port answers `GET /` with any HTTP status.

    A status of 500 counts as well: on the Hub an app that answers with errors is RUNNING all the
    same.
    """
    return status_of(port) is not None


def listens(port: int) -> bool:
    """Whether a program accepts TCP connections behind this loopback port.

    Where nobody listens in the container the engine's proxy accepts and hangs up at once; a program
    waits for the visitor to speak, or speaks first.
    """
    try:
        with socket.create_connection(("127.0.0.1", port), _TIMEOUT_SECONDS) as connection:
            connection.settimeout(_SILENCE_SECONDS)
            try:
                return bool(connection.recv(1))
            except TimeoutError:
                return True
    except OSError:
        return False
