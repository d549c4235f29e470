"""What whoever starts a sandbox decides: users, plans, quotas, ports, clock, containers.

Credentials never stand on a command line: those of users that a file names stand in that file, the
first user's are drawn once per home and kept in it.
"""

import argparse
import time
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeGuard, get_args

from sandbox.http.limits import Clock
from toolchain.progress import SetupError

# What TOML makes of the options.
_KINDS: Mapping[str, tuple[type, ...]] = {
    "users": (list,),
    "containers": (bool,),
    "jobs": (str,),
    "paid": (bool,),
    "free": (list,),
    "workspaces": (list,),
    "card_on_file": (bool,),
    "nulls": (str,),
    "ports": (dict,),
    "quotas": (dict,),
    "clock_speed": (float, int),
    "revision": (str,),
}
_HUB_ROLES = ("read", "write")
_HUB_RIGHTS = ("repo.content.read", "repo.write")  # of fine-grained ones, as the Hub calls them
_GITHUB_LEVELS = ("read", "write")
Nulls = Literal["faithful", "strict"]
Jobs = Literal["containers", "host"]


@dataclass(frozen=True, kw_only=True)
class User:
    """A person on every platform, with a namespace of the same name.

    The first user of a sandbox also has the credentials that its home keeps, and is whose Render
    account it is.
    """

    name: str
    organizations: Sequence[str] = ()
    # token -> read, write; or the rights of a fine-grained one by namespace
    hub_tokens: Mapping[str, str | Mapping[str, Sequence[str]]] = field(
        default_factory=dict[str, str | Mapping[str, Sequence[str]]]
    )
    # token -> scopes of a classic one; or levels of a fine-grained one by permission
    github_tokens: Mapping[str, Sequence[str] | Mapping[str, str]] = field(
        default_factory=dict[str, Sequence[str] | Mapping[str, str]]
    )


@dataclass(frozen=True, kw_only=True)
class Options:
    """One sandbox, as it is to be served."""

    users: Sequence[User] = (User(name="slipway"),)
    containers: bool = True  # False: no container engine is looked for
    jobs: Jobs = "containers"  # `host` runs jobs of workflows on this machine, as its user
    paid: bool = True  # False: the platforms' free plans
    free: Sequence[str] = ()  # users and organizations on the free plans all the same
    workspaces: Sequence[str] = ()  # of Render, that the first user's key reaches besides its own
    card_on_file: bool = True  # False: Render refuses to create anything
    nulls: Nulls = "faithful"  # `strict` leaves absent values out of Render's answers
    ports: Mapping[str, int] = field(
        default_factory=dict[str, int]
    )  # by platform; kept in the home
    # How much a caller may ask, such as {"hub.api": 100}; the platforms' own figures else.
    quotas: Mapping[str, int] = field(default_factory=dict[str, int])
    clock_speed: float = 1.0  # 60: the window of a rate limit that is an hour ends in a minute
    revision: str = ""  # what the server is to say of itself while it runs

    def quotas_of(self, platform: str, known: Collection[str]) -> dict[str, int]:
        """The quotas of one platform, without its name; raises SetupError if it knows one not."""
        prefix = f"{platform}."
        found = {k.removeprefix(prefix): v for k, v in self.quotas.items() if k.startswith(prefix)}
        if strange := set(found) - set(known):
            raise SetupError(
                f"{platform} has no quota called {', '.join(sorted(strange))}; it has "
                f"{', '.join(sorted(known))}"
            )
        return found

    def clock(self, source: Clock = time.monotonic) -> Clock:
        """The clock by which windows of rate limits end."""
        began = source()
        return lambda: began + (source() - began) * self.clock_speed


def read_options(path: Path) -> Options:
    """Options from a TOML file, its keys named as the fields; raises SetupError."""
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SetupError(f"{path} cannot be read: {error}") from None
    unknown = set(given) - {each.name for each in fields(Options)}
    if unknown:
        raise SetupError(f"{path}: no option is called {', '.join(sorted(unknown))}")
    for key, kinds in _KINDS.items():
        if not isinstance(given.get(key, kinds[0]()), kinds):
            raise SetupError(f"{path}: {key} is of another kind")
    try:
        if "users" in given:
            given["users"] = tuple(_user(each) for each in given["users"])
        return checked(Options(**given))
    except (TypeError, ValueError, SetupError) as error:
        raise SetupError(f"{path}: {error}") from None


def _user(given: Mapping[str, Any]) -> User:
    unknown = set(given) - {each.name for each in fields(User)}
    if unknown or "name" not in given:
        said = f"no key of a user is called {', '.join(sorted(unknown))}" if unknown else "no name"
        raise ValueError(f"users: {said}")
    return User(**given)


def checked(options: Options) -> Options:
    """The options if they can be served; raises SetupError."""
    for user in options.users:
        _check_tokens(user)
    if not options.users:
        raise SetupError("users: at least one is needed")
    namespaces = {each for user in options.users for each in (user.name, *user.organizations)}
    if strangers := sorted(set(options.free) - namespaces):
        raise SetupError(f"free: nobody is called {', '.join(strangers)}")
    if len({options.users[0].name, *options.workspaces}) <= len(options.workspaces):
        raise SetupError("workspaces: each needs a name of its own, and not the first user's")
    if options.nulls not in get_args(Nulls):
        raise SetupError(f"nulls is {' or '.join(get_args(Nulls))}")
    if options.jobs not in get_args(Jobs):
        raise SetupError(f"jobs is {' or '.join(get_args(Jobs))}")
    if not options.clock_speed > 0:
        raise SetupError("clock_speed must be above 0")
    for name, port in options.ports.items():
        if not 0 < port < 1 << 16:
            raise SetupError(f"ports: {name} cannot listen on {port}")
    return options


def _check_tokens(user: User) -> None:
    for may in user.hub_tokens.values():
        wrong = may not in _HUB_ROLES
        if _table(may):
            wrong = any(each not in _HUB_RIGHTS for given in may.values() for each in given)
        if wrong:
            raise SetupError(
                f"hub_tokens of {user.name}: a token may {' or '.join(_HUB_ROLES)}, or "
                f"{', '.join(_HUB_RIGHTS)} in each of some namespaces"
            )
    for allowed in user.github_tokens.values():
        if isinstance(allowed, Mapping) and set(allowed.values()) - set(_GITHUB_LEVELS):
            raise SetupError(
                f"github_tokens of {user.name}: a permission is {' or '.join(_GITHUB_LEVELS)}"
            )


def _table(value: object) -> TypeGuard[Mapping[str, Sequence[str]]]:
    return isinstance(value, Mapping)


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The options as flags of a command line; what they say wins over the file's."""
    add = parser.add_argument
    add("--config", type=Path, metavar="FILE", help="a TOML file with these options, and tokens")
    add("--user", metavar="NAME", help="the first user's name")
    add("--organization", action="append", default=[], metavar="NAME", help="one of that user's")
    add("--port", action="append", default=[], metavar="PLATFORM=N", help="kept from then on")
    add("--quota", action="append", default=[], metavar="PLATFORM.NAME=N", help="as hub.api=100")
    add("--free", action="store_true", help="the platforms' free plans")
    add("--workspace", action="append", default=[], metavar="NAME", help="one more on Render")
    add("--no-card", action="store_true", help="a Render account that may create nothing")
    add(
        "--nulls", choices=get_args(Nulls), help="`strict` is what Render's own Python SDK can read"
    )
    add("--clock-speed", type=float, metavar="N", help="how fast windows of rate limits end")
    add("--no-containers", action="store_true", help="serve what needs no container engine")
    add(
        "--jobs",
        choices=get_args(Jobs),
        help="where jobs of workflows run; `host` is this machine itself, with all that is on it",
    )
    add("--revision", default="", help=argparse.SUPPRESS)


def from_flags(given: argparse.Namespace) -> Options:
    """The options that a command line asks for; raises SetupError."""
    options = Options() if given.config is None else read_options(given.config)
    first, *others = options.users
    first = replace(
        first,
        name=given.user or first.name,
        organizations=(*first.organizations, *given.organization),
    )
    return checked(
        replace(
            options,
            users=(first, *others),
            containers=options.containers and not given.no_containers,
            paid=options.paid and not given.free,
            workspaces=(*options.workspaces, *given.workspace),
            card_on_file=options.card_on_file and not given.no_card,
            jobs=given.jobs or options.jobs,
            nulls=given.nulls or options.nulls,
            ports={**options.ports, **_numbers(given.port)},
            quotas={**options.quotas, **_numbers(given.quota)},
            clock_speed=given.clock_speed or options.clock_speed,
            revision=given.revision or options.revision,
        )
    )


def _numbers(pairs: Sequence[str]) -> dict[str, int]:
    found = {}
    for pair in pairs:
        name, _, number = pair.partition("=")
        if not name or not number.isdecimal():
            raise SetupError(f"{pair}: NAME=NUMBER is wanted")
        found[name] = int(number)
    return found
