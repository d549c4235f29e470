"""Plans and regions by the host's own names, with what they cost."""

from components.errors import ConfigError
from components.preflight.findings import Finding, error, warning
from components.render.plans import AS_OF, PLANS, REGIONS, plan_id


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
    dollars = plan.dollars_a_month
    price = "" if dollars is None else f", {dollars:g} dollars a month"
    offer = f"{plan.cpus:g} CPU, {plan.memory_mb} MB{price}"
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
    return [error(subject, f"no region {region!r}", f"Use one of {', '.join(REGIONS)}")]


def check_cost(subject: str, plans: list[str], limit_dollars: float) -> list[Finding]:
    """The monthly sum of some plans' list prices, as far as they are known, against a limit."""
    total = sum(PLANS[name].dollars_a_month or 0 for name in plans)
    if total <= limit_dollars:
        return []
    return [
        warning(
            subject,
            f"its plans cost {total:g} dollars a month by the list of {AS_OF}, more than the "
            f"{limit_dollars:g} that are set as its limit",
            "Take smaller plans, or raise the limit",
        )
    ]
