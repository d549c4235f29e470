"""The images of one sandbox in a Docker engine, apart from those of others."""

from contextlib import suppress
from http import HTTPStatus

import docker
from docker.errors import APIError, ImageNotFound

from sandbox.machine.contract import MachineUnavailableError
from sandbox.machine.engine_errors import engine_errors

SANDBOX_LABEL = "slipway.sandbox"  # on everything in the engine that is some sandbox's


class EngineImages:
    """Names, finds and removes this sandbox's images."""

    def __init__(self, client: docker.DockerClient, sandbox_id: str) -> None:
        self._client = client
        self._label = f"{SANDBOX_LABEL}={sandbox_id}"
        self._prefix = f"slipway-{sandbox_id}/"

    def name(self, tag: str) -> str:
        """What an image tagged "name:tag" by this sandbox is called in the engine."""
        name = f"{self._prefix}{tag}"
        return name if ":" in tag.rpartition("/")[2] else f"{name}:latest"

    def own_names(self) -> list[str]:
        """The names of all images this sandbox has tagged."""
        with engine_errors():
            images = self._client.images.list(filters={"label": self._label})
            tags = [tag for image in images for tag in image.tags]
        return [tag for tag in tags if tag.startswith(self._prefix)]

    def identifier(self, name: str) -> str | None:
        """An image's id, or None if the engine has none of that name."""
        with engine_errors():
            try:
                return str(self._client.images.get(name).id)
            except ImageNotFound:
                return None

    def resolve(self, image: str) -> str:
        """This sandbox's image of that tag, else one of that name in the engine, else pulled.

        Raises:
            MachineUnavailableError: it is nowhere to be had.
        """
        for name in (self.name(image), image):
            if self.identifier(name) is not None:
                return name
        try:
            with engine_errors():
                self._client.images.pull(image)
        except MachineUnavailableError as error:
            raise MachineUnavailableError(
                f"Image {image} was not built here and can't be pulled. {error}"
            ) from error
        return image

    def forget(self, name: str) -> None:
        """Takes a name away, and the image with its last one; absent is success.

        An image in use stays, without its name, until its container is removed and `prune` runs.
        """
        with engine_errors(), suppress(ImageNotFound):
            self._client.images.remove(name, force=True)

    def prune(self) -> None:
        """Removes this sandbox's images that lost their name, but for those in use.

        One by one: of the engine's own prune only one may run at a time, whoever asks for it.
        """
        filters: dict[str, str | list[str] | bool] = {"dangling": True, "label": self._label}
        with engine_errors():
            for image in self._client.images.list(filters=filters):
                try:
                    self._client.images.remove(str(image.id))
                except ImageNotFound:
                    continue  # somebody else removed it at the same time
                except APIError as error:
                    if error.status_code != HTTPStatus.CONFLICT:  # a container has it
                        raise
