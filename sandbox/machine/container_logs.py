"""A container's output from its start to its end, with nothing missing."""

from collections.abc import Iterator
from http import HTTPStatus

import docker
from docker.errors import APIError, NotFound
from docker.models.containers import Container

from sandbox.machine.containers.log_lines import complete_lines

# The private engine keeps at least this much of a container's log before it drops the beginning.
_KEPT_BYTES = 10_000_000


def followed_lines(client: docker.DockerClient, container_id: str) -> Iterator[str]:
    """A container's output line by line until it ends; a removed one has none."""
    try:
        container = client.containers.get(container_id)
    except NotFound:
        return
    yield from complete_lines(follow_output(container))


def follow_output(container: Container) -> Iterator[bytes]:
    """Yields stdout and stderr as they come, until the container ends or is removed.

    Engines before version 23 may end a followed log before its last lines when the container ends
    at that moment, so what is then missing is read once more. After more than the engine surely
    keeps that is left out: the beginning may be gone, and positions would not agree.
    """
    followed = 0
    try:
        for chunk in container.logs(stream=True, follow=True, stdout=True, stderr=True):
            followed += len(chunk)
            yield chunk
        container.wait()
        if followed < _KEPT_BYTES:
            yield container.logs(stdout=True, stderr=True)[followed:]
    except APIError as error:
        # 404: removed; 409: being removed, which the engine says of logs asked for at that moment.
        if error.status_code not in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            raise
