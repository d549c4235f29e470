"""Exactly one deploys a service: neither nobody nor two that overtake each other."""

from collections.abc import Iterator

from policies.rule import Broken, Rule, Settings, Severity, Undecided, Verdict, Verdicts
from policies.things import Everything, Service, StoredValue
from policies.values import Unknown


@Rule(
    name="somebody-deploys",
    about="a Space that git fills is deployed by some workflow",
    why="dev is promised, shown in the settings, and stays empty",
    severity=Severity.MEDIUM,
).of_all
def somebody_deploys(everything: Everything, _settings: Settings) -> Verdicts:
    """A Space that waits for a push is known to a workflow that pushes."""
    variables = [each for each in everything.of(StoredValue) if not each.secret]
    known = {each.value for each in variables if not isinstance(each.value, Unknown)}
    unknown = any(isinstance(each.value, Unknown) for each in variables)
    for service in everything.of(Service):
        space = service.label.removeprefix("Space ")
        if service.kind != "space" or not service.files_by_git or space in known:
            continue
        if unknown:
            yield service, Undecided("a variable of the workflows")
        else:
            yield (
                service,
                Broken(
                    "its files come by `git push`, and no environment on GitHub has a variable "
                    "that names it: nobody deploys it",
                    "Give the workflow that deploys it an environment with this Space's name",
                ),
            )


@Rule(
    name="one-deployer",
    about="a service is deployed by its hook or by pushes, not by both",
    why="the two overtake each other, and which one wins is chance",
    severity=Severity.MEDIUM,
    kind=Service,
).of_each
def one_deployer(service: Service, _settings: Settings) -> Iterator[Verdict]:
    """What a workflow deploys, when its work is done, no push deploys before."""
    if service.hook_stored and service.pushes_deploy:
        yield Broken(
            "a push deploys it and so does a workflow by its hook: the push is first, and starts "
            "it with what the workflow has not made yet",
            "Set auto_deploy to off; the hook is enough",
        )
