"""What a stack costs in a month, by price lists that carry their date."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.things import Database, Everything, Service
from policies.values import Unknown
from slipway.errors import ConfigError
from slipway.huggingface.space import hardware
from slipway.render import plans

HOURS = 730.0  # of an average month, all of them running


@dataclass(frozen=True)
class Cost:
    """Of one thing."""

    label: str
    plan: str  # empty where it is not known
    dollars: float | None  # a month; None: no list at hand knows it
    as_of: str  # month of the list


def costs(everything: Everything) -> Iterator[Cost]:
    """Of everything that has a price, in order. Sleep is left out: the list price is the most."""
    for service in everything.of(Service):
        if service.kind in ("static_site", "container"):
            continue
        if isinstance(service.plan, Unknown):
            yield Cost(service.label, "", None, "")
        elif service.kind == "space":
            name = service.plan or "cpu-basic"
            known = hardware.HARDWARE.get(name)
            dollars = known.dollars_an_hour * HOURS if known else None
            yield Cost(service.label, name, dollars, hardware.AS_OF)
        else:
            yield _render(service, service.plan or "starter")
    for database in everything.of(Database):
        plan = "" if isinstance(database.plan, Unknown) else database.plan
        yield Cost(database.label, plan, 0.0 if plan == "free" else None, plans.AS_OF)


def _render(service: Service, label: str) -> Cost:
    try:
        name = plans.plan_id(service.label, label)
    except ConfigError:
        return Cost(service.label, label, None, plans.AS_OF)
    price = plans.PLANS[name].dollars_a_month
    dollars = None if price is None else price * service.instances
    return Cost(service.label, name, dollars, plans.AS_OF)
