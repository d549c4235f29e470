"""The dynamic resources for Docker: their types, which are persistent state, and outputs."""

from collections.abc import Mapping
from typing import Any

from pulumi import Output, ResourceOptions
from pulumi.dynamic import Resource

from slipway.docker_host.trial_provider import OUTPUTS, TrialRunProvider


class TrialRunResource(Resource, module="docker", name="TrialRun"):
    """A container tried; see `TrialRunProvider` for its properties."""

    ref: Output[str]
    healthy_after_seconds: Output[float]

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        super().__init__(TrialRunProvider(), name, {**dict.fromkeys(OUTPUTS), **props}, opts)
