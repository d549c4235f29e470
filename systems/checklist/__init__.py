"""What a person has to do on the platforms' own pages before a stack can be raised.

It asks the platforms, so it comes after everything that is refused without a call, and in previews
alone: an `up` shows its preview first, and what is still open then fails by its own name.
"""

import pulumi

from slipway.errors import DeployError
from systems.config import StackConfig


def say_what_is_left_by_hand(config: StackConfig) -> None:
    """Prints each open step as a warning; nothing where everything is done."""
    if not pulumi.runtime.is_dry_run():
        return
    # Not before: the clients of all platforms take a fifth of what the program's start does.
    from systems.checklist.platforms import PLATFORMS

    for steps in PLATFORMS:
        try:
            for step in steps(config):
                pulumi.log.warn(str(step))
        except DeployError as error:
            # The checklist refuses nothing: what is wrong fails where it is needed.
            pulumi.log.warn(f"What is left to do by hand there can't be told. {error}")
