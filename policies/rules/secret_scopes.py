"""Secrets are where they are needed, and each opens one door."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from policies.rule import Broken, Level, Rule, Settings, Severity, Undecided, Verdict, Verdicts
from policies.things import Everything, Service, StoredDigests, StoredValue
from policies.values import Unknown, Value

_HUB_TOKENS = (
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HUGGINGFACE_TOKEN",
    "HUGGINGFACEHUB_API_TOKEN",
)


@Rule(
    name="secrets-declared",
    about="every secret that a build needs is declared",
    why="the build ends with a missing file, minutes later and in somebody else's log",
    severity=Severity.MEDIUM,
    kind=Service,
).of_each
def secrets_declared(service: Service, _settings: Settings) -> Iterator[Verdict]:
    """What a build cannot do without is there."""
    needed = service.dockerfile.required_secrets if service.dockerfile else frozenset()
    if not needed:
        return
    if isinstance(service.secrets, Unknown):
        yield Undecided("which secrets it has")
        return
    for name in sorted(needed - service.secrets):
        yield Broken(
            f"its Dockerfile needs the secret {name} while it builds, and none is declared",
            f"Declare the secret {name}; a variable of that name does not reach /run/secrets",
        )


@Rule(
    name="secrets-differ",
    about="applications and workflows hold different values",
    why="a key for tests that also opens production is production's key",
    severity=Severity.HIGH,
    dev=Level.ADVISORY,
).of_all
def secrets_differ(everything: Everything, _settings: Settings) -> Verdicts:
    """What an application holds is not what a workflow holds."""
    workflows = [pair for each in everything.of(StoredDigests) for pair in _known(each.digests)]
    if not workflows:
        return
    stored: dict[str, list[str]] = defaultdict(list)
    for name, digest in workflows:
        stored[digest or ""].append(name)
    unknown = sorted(stored.pop("", []))
    for service in everything.of(Service):
        for name, digest in _known(service.digests):
            if digest is None:
                yield service, Undecided(f"the value of its secret {name}")
            elif digest in stored:
                others = ", ".join(sorted(stored[digest]))
                why = (
                    f"its secret {name} has the value of the workflows' {others}: who gets the one "
                    "has the other"
                )
                yield service, Broken(why, _ONE_EACH)
            elif unknown:
                yield service, Undecided(f"the value of the workflows' {', '.join(unknown)}")


_ONE_EACH = "Give each its own: a key or token for what is needed there and no more"


def _known(digests: Mapping[str, Value] | Unknown) -> list[tuple[str, str | None]]:
    """(name, digest) of some secrets, None where there is none to compare."""
    if isinstance(digests, Unknown):
        return [("(of unknown name)", None)]
    return [
        (name, None if isinstance(digest, Unknown) or not digest else digest)
        for name, digest in sorted(digests.items())
    ]


@Rule(
    name="keyless",
    about="no token is stored where a job could get one of its own",
    why="a stored token works for a thief as well, from anywhere and until somebody notices",
    severity=Severity.HIGH,
    dev=Level.ADVISORY,
    kind=StoredValue,
).of_each
def keyless(stored: StoredValue, _settings: Settings) -> Iterator[Verdict]:
    """No token that can write to the Hub lies at GitHub."""
    if not stored.secret:
        return
    if isinstance(stored.name, Unknown):
        yield Undecided("the name of a stored secret")
    elif stored.name.upper() in _HUB_TOKENS:
        yield Broken(
            f"{stored.name} is a stored token for the Hub, good for whoever gets hold of it",
            "Make the workflow a Trusted Publisher of the repository on the Hub, and drop the "
            "secret: each job then gets a token of an hour for that repository alone. Where a Hub "
            "trusts nobody, say so as an exception of this stack",
        )
