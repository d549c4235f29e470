"""The dynamic resource of images: its type, which is persistent state, and outputs."""

from pulumi import Output

from slipway.core.resource import ManagedResource
from slipway.images.facts_provider import ImageFactsProvider


class ImageFactsResource(ManagedResource, module="docker", name="ImageFacts"):
    """Sizes of a pushed image; see `ImageFactsProvider` for its properties."""

    size_bytes: Output[int]
    model_layer: Output[str]
    model_layer_bytes: Output[int]

    made_by = ImageFactsProvider
    outputs = ("size_bytes", "layers", "model_layer", "model_layer_bytes")
