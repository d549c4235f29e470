"""Under which URNs a state may have what a component declares.

They are said of each resource, not left to the engine: it hands a component's aliases down only if
it finds the component under one, and a run that was refused may have put the new one beside it.
"""

from collections.abc import Sequence
from functools import partial

from pulumi import Alias, Input, Output, ResourceOptions

Urns = Sequence[Input[str]]


def of_part(component: str, formerly: Urns, suffix: str) -> ResourceOptions:
    """For a resource below a component, which former versions named after it.

    Args:
        component: its logical name.
        formerly: the component's own aliases.
        suffix: what came behind its name.
    """
    aliases: list[Input[str | Alias]] = [Alias(name=f"{component}-{suffix}")]
    for each in formerly:
        urn = Output.from_input(each)
        aliases += [urn.apply(lambda it: Alias(parent=it)), urn.apply(partial(_below, suffix))]
    return ResourceOptions(aliases=aliases)


def of_claim(formerly: Urns, own: Input[str]) -> ResourceOptions:
    """For the claim, which has no parent, and had the component; `own` is the component's URN."""
    aliases: list[Input[str | Alias]] = []
    for each in (own, *formerly):
        urn = Output.from_input(each)
        aliases += [urn.apply(partial(_below, "claim")), urn.apply(_claim_beside)]
    return ResourceOptions(aliases=aliases)


def _below(suffix: str, urn: str) -> Alias:
    return Alias(name=f"{_name(urn)}-{suffix}", parent=urn)


def _claim_beside(urn: str) -> Alias:
    return Alias(name=f"{_name(urn)}-claim")


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]
