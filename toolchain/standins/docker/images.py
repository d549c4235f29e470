"""Images that the engine pulls."""

from collections.abc import Iterator
from typing import Any

from docker.errors import ImageNotFound
from docker.models.images import Image

from toolchain.standins.docker.engine import Engine, engine_calls
from toolchain.standins.docker.fields import not_served, unordered
from toolchain.standins.protocol import Found, PluginError, Problem, Properties, ResourceType


class RemoteImage(ResourceType[Engine]):
    """One image, pulled unless the engine has it already. Building is not served."""

    inputs = ("name", "keepLocally", "forceRemove", "platform", "pullTriggers", "triggers")
    required = ("name",)
    replace = ("name", "platform", "pullTriggers", "triggers")
    computed = ("imageId", "repoDigest")

    def check(self, inputs: Properties) -> Iterator[Problem]:
        """Refuses what is not served."""
        yield from not_served(inputs, self.inputs, {})

    def normalise(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any property's value
        """Fills in what is not given."""
        if name in ("keepLocally", "forceRemove"):
            return bool(value)
        return unordered(value) if name == "pullTriggers" else value

    def create(self, inputs: Properties) -> Found:
        """Pulls it if it is not there."""
        name = inputs["name"]
        image = self._local(name)
        if image is None:
            self._pull(name, inputs.get("platform"))
            image = self._local(name)
        if image is None:
            raise PluginError(f"Image {name}: pulled, and yet the engine does not have it.")
        return _found(image, inputs)

    def read(self, id_: str, state: Properties) -> Found | None:
        """As it is now; an id that is no image's is none of ours."""
        del id_
        if "name" not in state:
            raise PluginError("An image can't be imported; declare it, and it is found.")
        image = self._local(state["name"])
        return _found(image, state) if image is not None else None

    def update(self, id_: str, state: Properties, inputs: Properties) -> Properties:
        """Notes what is to happen when it goes; nothing else can change."""
        del id_
        return {**inputs, **{key: state[key] for key in self.computed if key in state}}

    def delete(self, id_: str, state: Properties) -> None:
        """Takes the name away, and the image with its last one, unless it is to stay."""
        del id_
        name = state["name"]
        if state.get("keepLocally") or self._local(name) is None:
            return
        with engine_calls(f"Image {name}"):
            self.connection.client.images.remove(name, force=bool(state.get("forceRemove")))

    def _local(self, name: str) -> Image | None:
        with engine_calls(f"Image {name}"):
            try:
                return self.connection.client.images.get(name)
            except ImageNotFound:
                return None

    def _pull(self, name: str, platform: str | None) -> None:
        repository, separator, rest = name.partition("@")
        if not separator and ":" in name.rpartition("/")[2]:
            repository, _, rest = name.rpartition(":")
        with engine_calls(f"Image {name} can't be pulled"):
            # An empty login: without it the client asks the user's own credential helpers.
            self.connection.client.images.pull(
                repository, tag=rest or "latest", platform=platform, auth_config={}
            )


def _found(image: Image, state: Properties) -> Found:
    name = state["name"]
    known = [str(each) for each in image.attrs.get("RepoDigests") or []]
    repository = name.partition("@")[0]
    if ":" in repository.rpartition("/")[2]:
        repository = repository.rpartition(":")[0]
    ours = [each for each in known if each.partition("@")[0] == repository]
    digest = (ours or known or [""])[0]
    identity = str(image.id)
    return Found(identity + name, {**state, "imageId": identity, "repoDigest": digest})
