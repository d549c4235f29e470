"""Plans and regions by the host's own names, with what they cost."""

from collections import Counter
from collections.abc import Iterable

from slipway.core.findings import Finding, error, note, warning
from slipway.errors import ConfigError, brief
from slipway.huggingface.space import hardware
from slipway.render.plans import AS_OF, PLANS, REGIONS, plan_id


def check_plan(subject: str, label: str) -> list[Finding]:
    """A plan that does not exist, or one written in words that the host uses for another."""
    try:
        name = plan_id(subject, label)
    except ConfigError as refusal:
        problem = str(refusal).removeprefix(f"{subject}: ").removesuffix(".")
        return [error(subject, problem, f"The list is of {AS_OF}")]
    if name == label:
        return []
    plan = PLANS[name]
    offer = f"{plan.cpus:g} CPU, {plan.memory_mb} MB, {_price(name, 1)}"
    return [
        warning(
            subject,
            f"plan {label!r} is read as {name!r} ({offer}, as of {AS_OF})",
            f"Write {name!r} to be sure of it",
        )
    ]


def check_region(subject: str, region: str) -> list[Finding]:
    """A region that does not exist."""
    if region in REGIONS:
        return []
    return [error(subject, f"no region {brief(region)}", f"Use one of {', '.join(REGIONS)}")]


def note_price(subject: str, plans: Iterable[str]) -> list[Finding]:
    """What the plans of some services cost by the list, where the list knows."""
    said = [
        f"{number} on {name}: {_price(name, number)}" for name, number in Counter(plans).items()
    ]
    return [note(subject, f"by the list of {AS_OF}, {'; '.join(said)}")]


def note_hardware_price(subject: str, name: str) -> list[Finding]:
    """What a Space's hardware costs while it runs, where the list knows."""
    known = hardware.HARDWARE.get(name)
    price = f"{known.dollars_an_hour:g} dollars an hour" if known else "price not known"
    return [note(subject, f"by the list of {hardware.AS_OF}, hardware {name}: {price}")]


def _price(plan: str, number: int) -> str:
    dollars = PLANS[plan].dollars_a_month
    if dollars is None:
        return "price not known (render.com/pricing)"
    return f"{dollars * number:g} dollars a month"
