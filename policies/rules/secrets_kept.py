"""Secrets are secrets: none is a variable, a build argument, or part of an address."""

import re
from collections.abc import Iterator

from policies.rule import Broken, Rule, Settings, Severity, Undecided, Verdict
from policies.things import Build, Image, Service, StoredValue, Thing
from policies.values import Unknown, Value
from slipway.core.secrecy.shapes import credential_in
from slipway.dockerfile.secret_rules import looks_secret

_DATABASE = re.compile(r"^[a-z][a-z0-9+.-]*://[^\s/@]*:[^\s/@]+@", re.IGNORECASE)
_DATABASE_NAMES = re.compile(
    r"(?:^|_)(?:DATABASE|DB|POSTGRES|MYSQL|MONGO|REDIS)\w*_(?:URL|URI|DSN)$"
)
_DEPLOY_HOOK = re.compile(r"https?://[^\s/]+/deploy/(?:srv|exs)-\w+\?\S*\bkey=")
_DOCKERFILE_RULES = ("secret-argument", "secret-literal", "secret-login", "secret-unmounted")


@Rule(
    name="secret-names",
    about="no name of a credential is a variable or build argument",
    why="variables are public on a Space and copied with it; arguments stay in the history",
    severity=Severity.CRITICAL,
).of_each
def secret_names(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """No name of a credential among what everybody can read."""
    for place, values in _readable(thing):
        if isinstance(values, Unknown):
            yield Undecided(f"what its {place}s are")
            continue
        for name in sorted(name for name in values if looks_secret(name)):
            yield Broken(
                f"{name} is a {place}, which others can read: {_WHERE[place]}",
                f"Make {name} a secret instead",
            )


@Rule(
    name="secret-values",
    about="no value has the shape of a credential",
    why="a token is a token, whatever its variable is called",
    severity=Severity.CRITICAL,
).of_each
def secret_values(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """No value that is a credential by its shape, whatever it is called."""
    for place, values in _readable(thing):
        if isinstance(values, Unknown):
            yield Undecided(f"what its {place}s are")
            continue
        for name, value in sorted(values.items()):
            if not isinstance(value, Unknown) and (kind := _credential(value)):
                yield Broken(
                    f"the value of {place} {name} is {kind}",
                    f"Revoke it, and make {name} a secret",
                )
        if unknown := sorted(name for name, value in values.items() if isinstance(value, Unknown)):
            yield Undecided(f"{place} {', '.join(unknown)}")


def _credential(value: str) -> str | None:
    """What kind of credential a value is, by its shape."""
    if _DEPLOY_HOOK.search(value):
        return "a deploy hook, which deploys for whoever calls it"
    return credential_in(value.encode())


@Rule(
    name="plaintext-database",
    about="no address with a password is readable",
    why="a database's address with its password is all that anybody needs",
    severity=Severity.CRITICAL,
).of_each
def plaintext_database(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """No address with a password in it among what everybody can read."""
    for place, values in _readable(thing):
        if isinstance(values, Unknown):
            yield Undecided(f"what its {place}s are")
            continue
        for name, value in sorted(values.items()):
            if isinstance(value, Unknown):
                if _DATABASE_NAMES.search(name.upper()):
                    yield Undecided(f"{place} {name}")
            elif _DATABASE.match(value):
                yield Broken(
                    f"{place} {name} is an address with a password in it",
                    f"Make {name} a secret",
                )


@Rule(
    name="build-secrets",
    about="builds take credentials by secret mounts alone, and log in nowhere",
    why="ARG, ENV and a login leave the credential in the image or its cache",
    severity=Severity.CRITICAL,
).of_each
def build_secrets(thing: Thing, _settings: Settings) -> Iterator[Verdict]:
    """No build leaves a credential in a layer, a history or a cache."""
    dockerfile = thing.dockerfile if isinstance(thing, Service | Image) else None
    for each in dockerfile.broken if dockerfile else ():
        if each.rule in _DOCKERFILE_RULES:
            yield Broken(f"its Dockerfile: {each.problem}", each.remedy.capitalize())


_WHERE = {
    "variable": "on its page and in its API, and whoever duplicates it gets it too",
    "build argument": "in the image's history",
    "workflow variable": "in every workflow and log of the repository",
}


def _readable(thing: Thing) -> Iterator[tuple[str, dict[str, Value] | Unknown]]:
    """(what it is called, names and values) of what is no secret to others."""
    if isinstance(thing, Service):
        values = thing.variables
        yield "variable", values if isinstance(values, Unknown) else dict(values)
    elif isinstance(thing, Build):
        arguments = thing.arguments
        yield "build argument", arguments if isinstance(arguments, Unknown) else dict(arguments)
    elif isinstance(thing, StoredValue) and not thing.secret:
        place = "workflow variable"
        yield place, thing.name if isinstance(thing.name, Unknown) else {thing.name: thing.value}
