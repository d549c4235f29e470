"""What all our dynamic resources have in common; their types and names are persistent state."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

from pulumi import ResourceOptions
from pulumi.dynamic import Resource

from slipway.core.managed import Provider


class ManagedResource(Resource):
    """A resource of one of our providers."""

    made_by: ClassVar[type[Provider]]
    outputs: ClassVar[Collection[str]]  # keys that the provider adds to what is given
    # The engine re-marks a secret only under the key it came in by; these carry what was derived
    # from secrets under other keys and would stand in the state in clear.
    hidden: ClassVar[Collection[str]] = ()

    def __init__(self, name: str, props: Mapping[str, Any], opts: ResourceOptions) -> None:
        hide = ResourceOptions(additional_secret_outputs=list(self.hidden))
        outputs = dict.fromkeys(self.outputs)
        opts = ResourceOptions.merge(opts, hide) if self.hidden else opts
        super().__init__(self.made_by(), name, {**outputs, **props}, opts)
