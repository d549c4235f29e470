"""The dynamic resources for Docker: their types, which are persistent state, and outputs."""

from pulumi import Output

from slipway.core.resource import ManagedResource
from slipway.docker_host.trial_provider import OUTPUTS, TrialRunProvider


class TrialRunResource(ManagedResource, module="docker", name="TrialRun"):
    """A container tried; see `TrialRunProvider` for its properties."""

    ref: Output[str]
    healthy_after_seconds: Output[float]

    made_by = TrialRunProvider
    outputs = OUTPUTS
