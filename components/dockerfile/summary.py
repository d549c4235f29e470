"""What a Dockerfile says and does wrong, as plain data: what a component shows to policies."""

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

from slipway.dockerfile.facts import read_dockerfile
from slipway.dockerfile.rules import bakes_model, broken_rules
from slipway.dockerfile.stages import Stage, Stages, read_stages
from slipway.errors import ConfigError


def summary(
    stages: Stages,
    target: Stage,
    text: str,
    *,
    folders: frozenset[str] = frozenset(),
    waived_rules: Collection[str] = (),
) -> Mapping[str, Any]:
    """Ports, secrets, bases and broken rules; numbers, texts, lists and mappings alone.

    Args:
        stages: the Dockerfile's.
        target: the one whose image is deployed.
        text: the Dockerfile's.
        folders: the context's, as `broken_rules` takes them.
        waived_rules: names of rules it may break.
    """
    built = stages.needed_for(target)
    bakes = bakes_model(stages, target)
    broken = broken_rules(
        stages,
        target,
        text=text,
        delivery="baked" if bakes else "download",
        model_arguments=(),
        folders=folders,
    )
    return {
        "exposed_ports": list(read_dockerfile(text).exposed_ports),
        "required_secrets": sorted({name for each in built for name in each.required_secrets}),
        "bakes_model": bakes,
        "bases": sorted({each.base for each in built if stages.find(each.base) is None}),
        "broken": [asdict(each) for each in broken if each.rule not in waived_rules],
    }


def summary_of_text(text: str | None) -> Mapping[str, Any]:
    """The same of a Dockerfile whose last stage is deployed; empty without one."""
    if text is None:
        return {}
    try:
        stages = read_stages(text)
    except ConfigError:  # nothing to build: the platform says so at once
        return {}
    return summary(stages, stages.all[-1], text)
