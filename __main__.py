"""Raises the systems this stack names and exports where they answer."""

import pulumi

from slipway.errors import DeployError
from systems import SYSTEMS
from systems.checklist import say_what_is_left_by_hand
from systems.config import StackConfig
from systems.preflight import preflight


def main() -> None:
    """Reads the stack's configuration and raises what it names."""
    config = StackConfig.load()
    config.check_names(SYSTEMS)
    preflight(config)
    say_what_is_left_by_hand(config)
    for name in config.systems:
        pulumi.export(name, dict(SYSTEMS[name](config)))


try:
    main()
except DeployError as error:
    # The engine prints a RunError as it is, any other exception with its traceback.
    raise pulumi.RunError(str(error)) from None
