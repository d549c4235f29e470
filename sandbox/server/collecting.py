"""Lets the private registry drop what no image needs any more, while the sandbox runs."""

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

import docker
from docker.errors import DockerException

from toolchain.engine.address import EngineAddress
from toolchain.engine.private_engine import collect_images
from toolchain.progress import Progress

_LOOK_SECONDS = 60.0


@contextmanager
def collecting(engine: EngineAddress, *, seconds: float = _LOOK_SECONDS) -> Iterator[None]:
    """Inside, it does so when it has grown and nobody builds or pushes.

    Args:
        engine: of the sandbox; one of the user's own has another registry, which is collected when
            the last sandbox ends.
        seconds: between two looks.
    """
    if engine.buildkit is None:
        yield
        return
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(seconds):
            try:
                collect_images(lambda: _known_to(engine.docker_host))
            except (OSError, DockerException) as error:
                Progress().note(f"Image registry: what is old is still there: {error}")

    thread = threading.Thread(target=work, name="collecting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _known_to(docker_host: str) -> set[str]:
    """Digests in registries of all images an engine has: they run, or may be gone back to."""
    with closing(docker.DockerClient(base_url=docker_host)) as client:
        images = client.api.images()
    names = [name for image in images for name in image["RepoDigests"] or ()]
    return {name.partition("@")[2] for name in names}
