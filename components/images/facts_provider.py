"""What a pushed image is like, read from its registry: size in all and of the weights' layer."""

from typing import Any

from pulumi.dynamic import (
    CreateResult,
    DiffResult,
    ReadResult,
    UpdateResult,
)

from slipway.core.managed import Provider
from slipway.images.registry import ImageReference, RegistryClient

COMPARED = ("ref", "model_copy")


class ImageFactsProvider(Provider):
    """Inputs: ref, model_copy. Adds: size_bytes, layers, model_layer, model_layer_bytes.

    It reads only, and a digest's content never changes: nothing is asked again until the image or
    the question is another one.
    """

    def diff(self, _id: str, olds: dict[str, Any], news: dict[str, Any]) -> DiffResult:
        """Another image is another answer."""
        return DiffResult(changes=any(olds.get(key) != news.get(key) for key in COMPARED))

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Asks the registry."""
        return CreateResult(ImageReference.parse(props["ref"]).digest, _facts(props))

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        """What is known; whether the image is still there is the image's own refresh."""
        return ReadResult(id_, props, {key: props[key] for key in COMPARED if key in props})

    def update(self, _id: str, _olds: dict[str, Any], news: dict[str, Any]) -> UpdateResult:
        """Asks the registry about the other image."""
        return UpdateResult(_facts(news))

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """Nothing was made, nothing is deleted."""


def _facts(props: dict[str, Any]) -> dict[str, Any]:
    image = ImageReference.parse(props["ref"])
    client = RegistryClient(image.host)
    manifest = client.manifest(image)
    layers = manifest["layers"]
    number = _layer_of(props["model_copy"], client.configuration(image, manifest))
    weights: dict[str, Any] = layers[number] if number is not None else {"digest": "", "size": 0}
    return {
        "ref": props["ref"],
        "model_copy": props["model_copy"],
        "size_bytes": sum(int(layer["size"]) for layer in layers),
        "layers": len(layers),
        "model_layer": weights["digest"],
        "model_layer_bytes": int(weights["size"]),
    }


def _layer_of(copy: str, configuration: dict[str, Any]) -> int | None:
    """The number of the layer that a COPY with these paths made, counted from the base."""
    made = [step for step in configuration.get("history", []) if not step.get("empty_layer")]
    for number, step in enumerate(made):
        # BuildKit writes down the instruction without --from, and marks it after a " # ".
        keyword, *words = str(step.get("created_by", "")).partition(" # ")[0].split() or [""]
        paths = " ".join(word for word in words if not word.startswith("--"))
        if copy and keyword == "COPY" and paths == copy:
            return number
    return None
