"""The dynamic resources for Docker: their types, which are persistent state, and outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from slipway.docker_host.trial_provider import OUTPUTS, TrialRunProvider
from slipway.images.facts_provider import ImageFactsProvider


class ImageFactsResource(Resource, module="docker", name="ImageFacts"):
    """Sizes of a pushed image; see `ImageFactsProvider` for its properties."""

    size_bytes: Output[int]
    model_layer: Output[str]
    model_layer_bytes: Output[int]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        outputs = dict.fromkeys(("size_bytes", "layers", "model_layer", "model_layer_bytes"))
        super().__init__(ImageFactsProvider(), name, {**outputs, **props}, opts)


class TrialRunResource(Resource, module="docker", name="TrialRun"):
    """A container tried; see `TrialRunProvider` for its properties."""

    ref: Output[str]
    healthy_after_seconds: Output[float]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        super().__init__(TrialRunProvider(), name, {**dict.fromkeys(OUTPUTS), **props}, opts)
