"""Whom the checklist asks. Each of them brings its platform's client."""

from collections.abc import Callable, Iterator

from slipway.preflight.by_hand import Step
from systems.checklist.github import github_steps
from systems.checklist.hub import hub_steps
from systems.checklist.registry import registry_steps
from systems.checklist.render import render_steps
from systems.config import StackConfig

PLATFORMS: tuple[Callable[[StackConfig], Iterator[Step]], ...] = (
    hub_steps,
    render_steps,
    registry_steps,
    github_steps,
)
