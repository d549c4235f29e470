"""What of a raised side is looked at: addresses, containers, images and weights."""

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import docker
from docker.models.images import Image

from doors.behaviour.asking import App
from doors.behaviour.findings import Size
from doors.behaviour.sides import Side

_SECONDS = 30.0
_COMMIT = "(commit)"  # stands in answers for one of the sandbox's own
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_WEIGHTS = {".gguf", ".safetensors", ".bin", ".pkl", ".joblib", ".onnx", ".pt"}


@dataclass(frozen=True)
class Weights:
    """One model repository's large files."""

    size: int  # bytes
    content: Mapping[str, str]  # path -> what names the content


@dataclass(frozen=True)
class Raised:
    """One side, raised."""

    app: App
    containers: Mapping[str, str]  # name of the Space or service -> the engine's name of it
    weights: Mapping[str, Weights]  # by repository
    engine: docker.DockerClient

    @classmethod
    def look(cls, side: Side, system: str, engine: docker.DockerClient) -> "Raised":
        """Reads it from the side's own commands, and from its Hub."""
        status = side.status()
        apps = [*status["spaces"], *status["services"]]
        addresses = {
            name: _origin(url)
            for name, url in side.outputs().get(system, {}).items()
            if str(url).startswith("http")
        }
        names = {each["id"]: each["head"] for each in status["models"]}
        return cls(
            app=App(addresses, dict(_own_words(status, addresses))),
            containers={
                str(each.get("name") or each["id"]): str(each["container"])
                for each in apps
                if each["container"]
            },
            weights={name: _weights(status["hub"], side.hub_token(), name) for name in names},
            engine=engine,
        )

    def memory(self) -> dict[str, int]:
        """Bytes that are each container's own: without what the kernel keeps of files."""
        found = {}
        for name, container in self.containers.items():
            stats: Any = self.engine.containers.get(container).stats(stream=False, one_shot=True)
            said = stats.get("memory_stats", {}).get("stats", {})
            own = said.get("anon", said.get("total_rss", said.get("rss")))
            if own is not None:
                found[name] = int(own)
        return found

    def images(self) -> dict[str, int]:
        """Bytes of each container's image, as the engine has it unpacked."""
        return {
            name: int(self._image(container).attrs["Size"])
            for name, container in self.containers.items()
        }

    def _image(self, container: str) -> Image:
        identifier = self.engine.containers.get(container).attrs["Image"]
        return self.engine.images.get(identifier)  # its own `image` needs a tag that may be gone


def image_sizes(base: Raised, head: Raised) -> list[Size]:
    """Of each app's image, before and after."""
    old, new = base.images(), head.images()
    return [Size(name, old.get(name), new.get(name)) for name in sorted({*old, *new})]


def weight_sizes(base: Raised, head: Raised) -> list[Size]:
    """Of each repository's weights, before and after, and whether they are others."""
    found = []
    for name in sorted({*base.weights, *head.weights}):
        old, new = base.weights.get(name), head.weights.get(name)
        other = old is None or new is None or old.content != new.content
        before, after = (None if each is None else each.size for each in (old, new))
        found.append(Size(name, before, after, other))
    return found


def _origin(url: str) -> str:
    parts = urllib.parse.urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _own_words(
    status: Mapping[str, Any], addresses: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """What two sandboxes call differently though it is the same: commits and addresses."""
    for each in (*status["spaces"], *status["models"]):
        for key in ("head", "serving"):
            if each.get(key):
                yield str(each[key]), _COMMIT
    yield urllib.parse.urlsplit(status["hub"]).netloc, "(hub)"
    for name, address in addresses.items():
        yield urllib.parse.urlsplit(address).netloc, f"({name})"


def _weights(hub: str, token: str, name: str) -> Weights:
    url = f"{hub}/api/models/{name}/tree/main?recursive=true"
    headers = {"Authorization": f"Bearer {token}"}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the sandbox's own
    with _DIRECT.open(request, timeout=_SECONDS) as response:
        files = [
            each
            for each in json.load(response)
            if each["type"] == "file"
            and (each.get("lfs") or PurePosixPath(each["path"]).suffix in _WEIGHTS)
        ]
    return Weights(
        sum(int(each["size"]) for each in files),
        {each["path"]: str((each.get("lfs") or {}).get("oid") or each["oid"]) for each in files},
    )
