"""What any service on Render asks: a region and a plan that exist."""

from collections.abc import Iterator

from slipway.core.findings import Finding, Severity
from slipway.preflight.hosting import check_plan, check_region, note_price
from slipway.render.plans import plan_id


def check_hosting(system: str, region: str, plan: str, services: int) -> Iterator[Finding]:
    """Region and plan of a system's services, and what those cost together."""
    yield from check_region(f"slipway:{system}.region", region)
    wrong = check_plan(f"slipway:{system}.plan", plan)
    yield from wrong
    if not any(each.severity is Severity.ERROR for each in wrong):
        yield from note_price(system, [plan_id(system, plan)] * services)
