"""How containers of jobs go: at once, whoever else removes them."""

from http import HTTPStatus

from docker.errors import APIError, NotFound
from docker.models.containers import Container


def remove_container(container: Container) -> None:
    """Ends one at once and takes it away; absent is success. Errors are the engine's own."""
    try:
        container.remove(force=True, v=True)
    except NotFound:
        return
    except APIError as error:
        if error.status_code != HTTPStatus.CONFLICT:  # somebody else removes it at this moment
            raise
