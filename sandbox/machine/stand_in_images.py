"""Official images on a machine that reaches no image registry: what stands in for them."""

import re
import threading

from sandbox.machine.contract import ImageUnavailableError
from toolchain.engine.address import BuildkitAddress
from toolchain.images.postgres_image import REPOSITORY, make_postgres_image, packaged_major
from toolchain.images.registry import RegistryClient
from toolchain.progress import SetupError

_DOCKER_HUB = re.compile(r"^(?:docker\.io/)?(?:library/)?(?P<name>[a-z0-9._-]+(?::[\w.-]+)?)$")
_MAKING_SECONDS = 600.0  # a minute on two idle cores
_POSTGRES = REPOSITORY.removeprefix("library/")


class StandInImages:
    """Finds official images in the private registry; PostgreSQL's is made when first asked for."""

    def __init__(self, buildkit: BuildkitAddress) -> None:
        self._buildkit = buildkit
        self._registry = RegistryClient(buildkit.registry)
        self._making = threading.Lock()

    def why_not(self, reference: str) -> str | None:
        """Why an official image can't be had here, or None if it can, or is not one."""
        official = _official(reference)
        if official is None or official in self._buildkit.stand_ins:
            return None
        name, _, tag = official.partition(":")
        if name != _POSTGRES:
            offers = ", ".join(self._buildkit.stand_ins)
            return f"no image registry answers here; there are stand-ins for {offers}"
        try:
            major = packaged_major()
        except SetupError as error:
            return str(error)
        if tag.partition("-")[0] == major:
            return None
        return (
            f"no image registry answers here, and this machine's own packages carry PostgreSQL"
            f" {major} only"
        )

    def located(self, reference: str) -> str:
        """The reference under which the engine gets it: that of the stand-in where there is one.

        Raises:
            ImageUnavailableError: a stand-in could not be made.
        """
        official = _official(reference)
        if official is None:
            return reference
        if official.startswith(f"{_POSTGRES}:") and self.why_not(official) is None:
            try:
                with self._making:  # each would wait for the other's build anyway
                    make_postgres_image(self._buildkit)
            except SetupError as error:
                raise ImageUnavailableError(
                    f"Image {reference} can't be made here: {error}"
                ) from None
        repository, _, tag = f"library/{official}".partition(":")
        if official in self._buildkit.stand_ins and self._buildkit.mirror is not None:
            # Asked for the first time, it is made now.
            RegistryClient(self._buildkit.mirror, _MAKING_SECONDS).digest(repository, tag)
        if self._registry.digest(repository, tag) is None:
            return reference
        return f"{self._buildkit.registry}/{repository}:{tag}"


def _official(reference: str) -> str | None:
    """`name:tag` of an official image as Docker Hub has it; None for any other reference."""
    found = _DOCKER_HUB.match(reference)
    if found is None:
        return None
    return found["name"] if ":" in found["name"] else f"{found['name']}:latest"
