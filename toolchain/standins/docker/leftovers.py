"""What a forgotten sandbox's programs left in the engine: all that was made for it, and images."""

from contextlib import suppress

import docker
from docker.errors import ImageNotFound, NotFound

from toolchain.standins.docker.engine import OWNER_LABEL, engine_calls


def remove_leftovers(docker_host: str, owner: str, image_folder: str) -> None:
    """Removes it, volumes with their data included.

    Args:
        docker_host: the engine's address.
        owner: the sandbox's name.
        image_folder: path component that all of the sandbox's images have in the registry.

    Raises:
        PluginError: the engine refused or does not answer.
    """
    mine: dict[str, str | list[str] | bool] = {"label": f"{OWNER_LABEL}={owner}"}
    with engine_calls(f"Docker host {docker_host}"):
        client = docker.DockerClient(base_url=docker_host, timeout=120)
        for container in client.containers.list(all=True, ignore_removed=True, filters=mine):
            with suppress(NotFound):
                container.remove(force=True, v=True)
        for network in client.networks.list(filters=mine):
            with suppress(NotFound):
                network.remove()
        for volume in client.volumes.list(filters=mine):
            with suppress(NotFound):
                volume.remove(force=True)
        for image in client.images.list():
            for name in image.attrs.get("RepoDigests") or []:
                if f"/{image_folder}/" in name:
                    with suppress(ImageNotFound):
                        client.images.remove(name, force=True)
        client.close()
