"""The lineage of a state: drawn once, kept in it, and carried by all that is made from it.

Two states of the same project and stack name, on two backends or in two checkouts, are told apart
by it; a stack that is renamed keeps it.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Output, ResourceOptions
from pulumi.dynamic import CreateResult, DiffResult, Resource

from slipway.core.managed import Provider
from slipway.core.ownership import Mark
from slipway.core.shared_resource import shared_resource
from slipway.core.stack import stack_mark


class LineageProvider(Provider):
    """No inputs; the id is the lineage, 8 hex digits. It exists in the state alone."""

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        """It never changes."""
        return DiffResult(changes=False)

    def create(self, props: dict[str, Any]) -> CreateResult:
        """Draws it."""
        return CreateResult(secrets.token_hex(4), props)

    def delete(self, _id: str, _props: dict[str, Any]) -> None:
        """It is forgotten with the state."""


class LineageResource(Resource, module="core", name="Lineage"):
    """The lineage of this state."""

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        super().__init__(LineageProvider(), name, {}, opts)


def mark_of(component: pulumi.Resource, name: str) -> Output[str]:
    """The mark by which a component's child holds an object; see `slipway.core.ownership`.

    Args:
        component: the child's parent.
        name: the child's logical name.
    """
    lineage = shared_resource("lineage", LineageResource)
    stack = stack_mark()

    def text(known: Mapping[str, str]) -> str:
        # The stack's and the project's names may change; types and names are the resource's own.
        *_, types, parent = known["parent"].split("::")
        holder = hashlib.sha256(f"{types}\0{parent}\0{name}".encode()).hexdigest()[:8]
        return str(Mark(stack, known["lineage"], (holder,)))

    # As an output it would make the child depend on all children of its parent, itself among them.
    parent = component.urn.future()
    return Output.all(lineage=lineage.id, parent=parent).apply(text)
