"""What must not vanish by a slip, and where things may be."""

from collections.abc import Iterator

from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdict
from policies.things import Database, Kept, Service, Thing
from policies.values import Unknown
from slipway.render.plans import REGIONS


@Rule(
    name="protected",
    about="what has data, an address or a history is protected",
    why="a deleted repository, Space or database is not in any undo",
    severity=Severity.HIGH,
    dev=Level.DISABLED,
    kind=Kept,
).of_each
def protected(thing: Kept, _settings: Settings) -> Iterator[Verdict]:
    """Pulumi refuses to delete it."""
    if not thing.protect:
        yield Broken(
            "one `pulumi destroy`, or a line that went missing, deletes it with all that is in it",
            "Set protect on it",
        )


@Rule(
    name="regions",
    about="services and databases are in an allowed region",
    why="data leaves the jurisdiction, and private addresses end at the region's border",
    severity=Severity.HIGH,
    options={"allowed": list(REGIONS)},
).of_each
def regions(thing: Thing, settings: Settings) -> Iterator[Verdict]:
    """It is where the stack says that its things may be."""
    allowed = list(settings.options["allowed"])
    if not isinstance(thing, Service | Database):
        return
    if isinstance(thing.region, Unknown):
        yield Undecided("its region")
    elif thing.region and thing.region not in allowed:
        yield Broken(
            f"it is in {thing.region}; this stack's are in {', '.join(allowed)}",
            "Move it, or allow its region in the stack's settings",
        )
