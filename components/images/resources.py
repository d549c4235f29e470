"""The dynamic resource of images: its type, which is persistent state, and outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from slipway.images.facts_provider import ImageFactsProvider


class ImageFactsResource(Resource, module="docker", name="ImageFacts"):
    """Sizes of a pushed image; see `ImageFactsProvider` for its properties."""

    size_bytes: Output[int]
    model_layer: Output[str]
    model_layer_bytes: Output[int]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(("size_bytes", "layers", "model_layer", "model_layer_bytes"))
        super().__init__(ImageFactsProvider(), name, {**outputs, **props}, opts)
