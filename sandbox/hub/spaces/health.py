"""Whether a started app answers."""

import http.client

_TIMEOUT_SECONDS = 5.0


def answers(port: int) -> bool:
    """Whether something on this loopback port answers `GET /` with any HTTP status.

    A connect alone proves nothing: the engine's port proxy accepts before the app listens. A status
    of 500 counts as well, since on the Hub an app that answers with errors is RUNNING all the same.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/", headers={"User-Agent": "sandbox-health"})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
