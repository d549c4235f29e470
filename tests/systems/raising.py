"""One system of the loaded stack, planned and raised as the program does it."""

from slipway.core.findings import gather, refuse_errors
from systems import SYSTEMS
from systems.config import StackConfig


def findings_of(name):
    """All that is found before anything is declared."""
    stack = StackConfig.load()
    subject = f"slipway:{name}"
    return gather(subject, lambda: SYSTEMS[name].plan_for(stack, name).findings(subject))


def raise_system(name):
    """Declares it, and gives what the stack exports of it; refused with all that is wrong."""
    stack = StackConfig.load()
    plan = SYSTEMS[name].plan_for(stack, name)
    refuse_errors(plan.findings(f"slipway:{name}"))
    return plan.declare()
