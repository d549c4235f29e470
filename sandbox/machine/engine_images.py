"""The images of one sandbox in a Docker engine, apart from those of others."""

import threading
from contextlib import suppress
from http import HTTPStatus

import docker
from docker.errors import APIError, DockerException, ImageNotFound
from docker.models.images import Image

from sandbox.machine.contract import (
    ImageUnavailableError,
    MachineUnavailableError,
    RegistryLogin,
)
from sandbox.machine.engine_errors import engine_errors

_KEEP_TRIES = 3
SANDBOX_LABEL = "slipway.sandbox"  # on everything in the engine that is some sandbox's


class EngineImages:
    """Names, finds and removes this sandbox's images."""

    def __init__(self, client: docker.DockerClient, sandbox_id: str) -> None:
        self._client = client
        self._label = f"{SANDBOX_LABEL}={sandbox_id}"
        self._prefix = f"slipway-{sandbox_id}/"
        self._keeping: dict[str, threading.Lock] = {}  # reference -> held while it is being kept

    def name(self, tag: str) -> str:
        """What an image tagged "name:tag" by this sandbox is called in the engine."""
        name = f"{self._prefix}{tag}"
        return name if ":" in tag.rpartition("/")[2] else f"{name}:latest"

    def own_names(self) -> list[str]:
        """The names of all images this sandbox has tagged, built here or fetched."""
        with engine_errors():
            # Not by label: what was fetched has none. And summaries, not a look at each image.
            images = self._client.api.images()
            tags = [tag for image in images for tag in image["RepoTags"] or ()]
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

    def keep(self, reference: str, name: str, login: RegistryLogin | None) -> str:
        """Gives the image of a reference one of our names; returns its digest.

        A registry that the reference names is asked each time, as its tags move. What Docker Hub
        would be asked for is taken from the engine if it is there: base images and their stand-ins
        are, and on a closed machine nobody else has them.

        Raises:
            ImageUnavailableError: neither the registry nor the engine has it.
        """
        # Otherwise each would take what the other has just pulled for an image that was there.
        with self._keeping.setdefault(reference, threading.Lock()):
            for _ in range(_KEEP_TRIES - 1):  # other sandboxes share the engine
                with suppress(ImageNotFound):
                    return self._keep(reference, name, login)
            return self._keep(reference, name, login)

    def _keep(self, reference: str, name: str, login: RegistryLogin | None) -> str:
        """Raises ImageNotFound if somebody who keeps the same image takes its reference away."""
        present = self.identifier(reference) is not None
        if not present or _names_a_registry(reference):
            try:
                self._fetch(reference, login)
            except ImageUnavailableError:
                if not present:
                    raise
        image = self._found(reference)
        with engine_errors():
            repository, _, tag = name.rpartition(":")
            image.tag(repository, tag)
            # Our name holds it now. One that the engine had before is not ours to remove, and a
            # reference by digest is no tag: it goes with the last name.
            if not present and "@" not in reference:
                with suppress(ImageNotFound):
                    self._client.images.remove(reference, noprune=True)
        return _digest(image, reference)

    def _found(self, reference: str) -> Image:
        try:
            return self._client.images.get(reference)
        except ImageNotFound:
            raise
        except (DockerException, OSError) as error:
            raise MachineUnavailableError(
                f"The container engine does not answer ({error}); start the sandbox again."
            ) from error

    def _fetch(self, reference: str, login: RegistryLogin | None) -> None:
        # An empty one: without it the client asks the user's own credential helpers.
        auth = {} if login is None else {"username": login.username, "password": login.password}
        repository, separator, rest = reference.partition("@")
        if not separator and ":" in reference.rpartition("/")[2]:
            repository, _, rest = reference.rpartition(":")
        try:
            self._client.images.pull(repository, tag=rest or "latest", auth_config=auth)
        except (ImageNotFound, APIError) as error:
            raise ImageUnavailableError(
                f"Image {reference} can't be pulled: {error.explanation}"
            ) from None
        except (DockerException, OSError) as error:
            raise MachineUnavailableError(
                f"The container engine does not answer ({error}); start the sandbox again."
            ) from error

    def forget(self, name: str) -> None:
        """Takes a name away, and the image with its last one; absent is success.

        An image in use stays, without its name, until its container is removed and `prune` runs.
        """
        with engine_errors(), suppress(ImageNotFound):
            identifier = str(self._client.images.get(name).id)
            self._client.images.remove(name, force=True)
            self._forget_digests(self._client.images.get(identifier))

    def _forget_digests(self, image: Image) -> None:
        """Drops an image that only digests in a registry on this host still name: ours were it."""
        digests: list[str] = image.attrs["RepoDigests"]
        if image.tags or not all(each.startswith("127.0.0.1:") for each in digests):
            return
        for each in digests:
            try:
                self._client.images.remove(each)
            except APIError as error:
                if error.status_code != HTTPStatus.CONFLICT:  # a container has it
                    raise

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


def _names_a_registry(reference: str) -> bool:
    host, separator, _ = reference.partition("/")
    if not separator or host == "docker.io":
        return False
    return "." in host or ":" in host or host == "localhost"


def _digest(image: Image, reference: str) -> str:
    """The digest under which the reference's registry has it; of a local image, its own id."""
    repository = reference.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    known = {each.partition("@")[0]: each.partition("@")[2] for each in image.attrs["RepoDigests"]}
    short = repository.removeprefix("docker.io/").removeprefix("library/")
    return str(known.get(repository) or known.get(short) or image.id)
