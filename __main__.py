"""Plans the systems this stack names, raises them, and exports where they answer."""

import pulumi

from slipway.errors import DeployError
from systems import SYSTEMS
from systems.checklist import say_what_is_left_by_hand
from systems.config import StackConfig
from systems.plan import plan_systems


def main() -> None:
    """Reads the stack's configuration and raises what it names, once all of it can work."""
    config = StackConfig.load()
    config.check_names(SYSTEMS)
    plans = plan_systems(config, SYSTEMS)
    say_what_is_left_by_hand(config)
    for name, plan in plans.items():
        pulumi.export(name, dict(plan.declare()))


try:
    main()
except DeployError as error:
    # The engine prints a RunError as it is, any other exception with its traceback.
    raise pulumi.RunError(str(error)) from None
