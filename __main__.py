"""Plans the systems this stack names, raises them, and exports where they answer."""

import atexit
import gc

import pulumi

from systems import SYSTEMS
from systems.checklist import say_what_is_left_by_hand
from systems.config import StackConfig
from systems.plan import plan_systems


def main() -> None:
    """Reads the stack's configuration and raises what it names, once all of it can work."""
    gc.disable()  # nearly all that is made here stays, and collecting is a tenth of the run
    atexit.register(gc.freeze)  # or the interpreter would collect it all once more as it ends
    config = StackConfig.load()
    config.check_names(SYSTEMS)
    plans = plan_systems(config, SYSTEMS)
    say_what_is_left_by_hand(config)
    for name, plan in plans.items():
        pulumi.export(name, dict(plan.declare()))


main()
