"""What a person has to do on the platforms' own pages before a stack can be raised.

It asks the platforms, so it comes after everything that is refused without a call, and in previews
alone: an `up` shows its preview first, and what is still open then fails by its own name.
"""

from collections.abc import Callable, Iterator

import pulumi

from slipway.errors import DeployError
from slipway.preflight.by_hand import Step
from systems.checklist.github import github_steps
from systems.checklist.hub import hub_steps
from systems.checklist.registry import registry_steps
from systems.checklist.render import render_steps
from systems.config import StackConfig

_PLATFORMS: tuple[Callable[[StackConfig], Iterator[Step]], ...] = (
    hub_steps,
    render_steps,
    registry_steps,
    github_steps,
)


def say_what_is_left_by_hand(config: StackConfig) -> None:
    """Prints each open step as a warning; nothing where everything is done."""
    if not pulumi.runtime.is_dry_run():
        return
    for steps in _PLATFORMS:
        try:
            for step in steps(config):
                pulumi.log.warn(str(step))
        except DeployError as error:
            # The checklist refuses nothing: what is wrong fails where it is needed.
            pulumi.log.warn(f"What is left to do by hand there can't be told. {error}")
