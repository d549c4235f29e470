"""What an application cannot start without, as its stack says."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from policies.rule import Broken, Rule, Settings, Severity, Undecided, Verdict
from policies.things import Service
from policies.values import Unknown


@Rule(
    name="settings-present",
    about="what an application needs to start is set",
    why="it starts, finds nothing, and answers 503 until somebody reads its log",
    severity=Severity.MEDIUM,
    kind=Service,
    options={"names": {}},
).of_each
def settings_present(service: Service, settings: Settings) -> Iterator[Verdict]:
    """Every variable or secret that the stack's settings list for it is declared."""
    listed = settings.options["names"]
    wanted = {
        n for label, names in listed.items() if fnmatchcase(service.label, label) for n in names
    }
    if not wanted:
        return
    if isinstance(service.variables, Unknown) or isinstance(service.secrets, Unknown):
        yield Undecided("which variables and secrets it has")
        return
    for name in sorted(wanted - set(service.variables) - service.secrets):
        yield Broken(
            f"it has neither a variable nor a secret {name}",
            f"Declare {name}, or take it off the list in the stack's settings",
        )
