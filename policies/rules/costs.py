"""What it may cost."""

from policies.costs import costs
from policies.rule import Broken, Rule, Settings, Severity, Undecided, Verdicts
from policies.things import Everything, Thing


@Rule(
    name="monthly-budget",
    about="the stack stays within its monthly budget",
    why="nobody looks at a price list while changing a word in a file",
    severity=Severity.MEDIUM,
    options={"dollars_a_month": 100},
).of_all
def budget(everything: Everything, settings: Settings) -> Verdicts:
    """List prices of a month, all of it running, are within the stack's limit."""
    limit = float(settings.options["dollars_a_month"])
    found = list(costs(everything))
    stack = Thing(urn="", label="The stack")
    known = [(each, each.dollars) for each in found if each.dollars is not None]
    total = sum(dollars for _, dollars in known)
    if total > limit:
        dear = sorted(known, key=lambda pair: -pair[1])
        parts = [f"{each.label} {dollars:g} ({each.plan})" for each, dollars in dear if dollars]
        dates = " and ".join(sorted({each.as_of for each, _ in known}))
        yield (
            stack,
            Broken(
                f"it costs {total:g} dollars a month by the lists of {dates}, over its limit of "
                f"{limit:g}: {', '.join(parts)}",
                "Take smaller plans, or raise dollars_a_month in the stack's settings",
            ),
        )
    if dear_unknown := [each for each in found if each.dollars is None]:
        names = ", ".join(f"{each.label} ({each.plan or 'plan unknown'})" for each in dear_unknown)
        yield stack, Undecided(f"the price of {names}", "Look it up, and leave room for it")
