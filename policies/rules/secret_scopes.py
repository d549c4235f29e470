"""Secrets are where they are needed, and each opens one door."""

from collections import defaultdict
from collections.abc import Iterator

from policies.rule import Broken, Level, Rule, Settings, Undecided, Verdict, Verdicts
from policies.things import Everything, Service, StoredDigests, StoredValue
from policies.values import Unknown, Value

_HUB_TOKENS = (
    "HF_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HUGGINGFACE_TOKEN",
    "HUGGINGFACEHUB_API_TOKEN",
)


def secrets_declared(service: Service, settings: Settings) -> Iterator[Verdict]:
    """What a build cannot do without is there."""
    del settings
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


def secrets_differ(everything: Everything, settings: Settings) -> Verdicts:
    """What an application holds is not what a workflow holds."""
    del settings
    stored: dict[str, list[str]] = defaultdict(list)
    unknown: list[str] = []
    for each in everything.of(StoredDigests):
        for name, digest in _digests(each.digests):
            if isinstance(digest, Unknown):
                unknown.append(name)
            elif digest:
                stored[digest].append(name)
    for service in everything.of(Service):
        for name, digest in _digests(service.digests):
            if isinstance(digest, Unknown):
                yield service, Undecided(f"secret {name}")
            elif digest in stored:
                others = ", ".join(sorted(stored[digest]))
                yield (
                    service,
                    Broken(
                        f"its secret {name} has the value of the workflows' {others}: who gets the "
                        "one has the other",
                        "Give each its own: a key or token for what is needed there and no more",
                    ),
                )
            elif unknown:
                yield service, Undecided(f"the workflows' {', '.join(sorted(unknown))}")


def _digests(given: object) -> list[tuple[str, Value]]:
    if isinstance(given, dict):
        return sorted(given.items())
    return [("values", given)] if isinstance(given, Unknown) else []


def keyless(stored: StoredValue, settings: Settings) -> Iterator[Verdict]:
    """No token that can write to the Hub lies at GitHub."""
    del settings
    if not stored.secret:
        return
    if isinstance(stored.name, Unknown):
        yield Undecided("the name of a stored secret")
    elif stored.name.upper() in _HUB_TOKENS:
        yield Broken(
            f"{stored.name} is a stored token for the Hub, good for whoever gets hold of it",
            "Make the workflow a Trusted Publisher of the repository on the Hub, and drop the "
            "secret: each job then gets a token of an hour for that repository alone",
        )


RULES = (
    Rule(
        name="secrets-declared",
        about="every secret that a build needs is declared",
        why="the build ends with a missing file, minutes later and in somebody else's log",
        kind=Service,
        thing=secrets_declared,
    ),
    Rule(
        name="secrets-differ",
        about="applications and workflows hold different values",
        why="a key for tests that also opens production is production's key",
        dev=Level.ADVISORY,
        stack=secrets_differ,
    ),
    Rule(
        name="keyless",
        about="no token is stored where a job could get one of its own",
        why="a stored token works for a thief as well, from anywhere and until somebody notices",
        prod=Level.ADVISORY,
        dev=Level.ADVISORY,
        kind=StoredValue,
        thing=keyless,
    ),
)
