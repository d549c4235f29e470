"""What the Pulumi engine does with a provider, without the engine: one resource and its state.

Values cross to the provider and back through Pulumi's own serialization, so numbers arrive as
floats, None disappears from mappings, and the unknown is what a preview really hands over.
"""

import asyncio
from collections.abc import Mapping
from typing import Any

from pulumi.dynamic import ConfigureRequest, ResourceProvider
from pulumi.dynamic.config import Config
from pulumi.runtime import rpc

UNKNOWN = rpc.UNKNOWN  # put it among inputs: the provider is handed an `Unknown`


def cross(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they arrive on the other side."""
    sent = asyncio.run(rpc.serialize_properties({**values, "__provider": "by-reference"}, {}))
    return rpc.deserialize_properties(sent, keep_unknowns=True)


def started(provider: type[ResourceProvider]) -> ResourceProvider:
    """A provider as a fresh plugin process has it; its token is that of the environment."""
    made = provider()
    made.configure(ConfigureRequest(Config({}, "slipway")))
    return made


class Engine:
    """One resource: `up`, `refresh`, `destroy`, and the state kept between them."""

    def __init__(self, provider: type[ResourceProvider]) -> None:
        self.kind = provider
        self.id = ""
        self.outputs: dict[str, Any] = {}
        self.inputs: dict[str, Any] = {}

    @property
    def provider(self) -> ResourceProvider:
        """A provider of a new process: nothing it keeps in memory may matter."""
        return started(self.kind)

    def up(self, inputs: Mapping[str, Any]) -> str:
        """Creates, updates or leaves the resource; says which."""
        provider = self.provider
        news = self._checked(provider, inputs)
        if not self.id:
            made = provider.create(news)
            self.id, self.outputs, self.inputs = made.id, cross(made.outs), news
            return "created"
        difference = provider.diff(self.id, self.outputs, news)
        assert not difference.replaces, "a replacement is for the tests of diff"
        if not difference.changes:
            return "same"
        self.outputs = cross(provider.update(self.id, self.outputs, news).outs)
        self.inputs = news
        return "updated"

    def diff(self, inputs: Mapping[str, Any]):
        """What a preview asks."""
        provider = self.provider
        return provider.diff(self.id, self.outputs, self._checked(provider, inputs))

    def refresh(self) -> bool:
        """Reads; False if the object is gone."""
        provider = self.provider
        found = provider.read(self.id, self.outputs)
        if not found.id:
            assert found.outs == {}
            self.id, self.outputs = "", {}
            return False
        before, self.outputs = self.inputs, cross(found.outs)
        if found.inputs is not None:
            self.inputs = cross(found.inputs)
        # So that it can show what differs, the engine asks for the difference back to before.
        provider.diff(self.id, self.outputs, before)
        return True

    def destroy(self) -> None:
        """Deletes."""
        self.provider.delete(self.id, self.outputs)

    def _checked(self, provider: ResourceProvider, inputs: Mapping[str, Any]) -> dict[str, Any]:
        result = provider.check(self.inputs, cross(inputs))
        assert result.failures == []
        return cross(result.inputs)
