"""What the values of a stack file may be, as types of a settings class's fields.

`systems.config` holds each value against the rules of its field and says key, value, rule and
remedy. What a platform asks of a name is asked by the component that speaks to it: no rule stands
twice.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from slipway.docker_host.engine import EngineAddress
from slipway.errors import ConfigError
from slipway.github.names import check_environment, check_repository
from slipway.github.rulesets import BranchRules
from slipway.huggingface.names import check_repo_id
from slipway.huggingface.space.hardware import FLAVOURS
from slipway.render.names import check_name
from slipway.render.registry_credential.hosts import REGISTRIES

_LARGEST = 2**31 - 1
_COMMIT, _SHA256 = re.compile(r"[0-9a-f]{40}"), re.compile(r"[0-9a-f]{64}")
_OWNER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})")
_SERVICE = re.compile(r"srv-[0-9a-z]{8,40}")
_NO_BRANCH = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{|//|^[-/]|[/.]$|\.lock$")  # as git says
_FILE_LENGTH = 255
_BRANCH_LENGTH = 244  # bytes; of a whole reference GitHub takes 255
_ENVIRONMENT_LENGTH = 249  # GitHub's 255 less "-tests", which stands behind some


@dataclass(frozen=True)
class Rule:
    """What a value must be. A field's default is never asked."""

    holds: Callable[[Any], bool]
    must_be: str  # "it must be …", with an example or the remedy


def one_of(values: Iterable[str]) -> Rule:
    """One of some words."""
    words = tuple(values)
    return Rule(lambda value: value in words, f"one of {', '.join(words)}")


def between(least: int, most: int, unit: str = "") -> Rule:
    """A whole number; both ends may be."""
    return Rule(lambda value: least <= value <= most, f"{least} to {most}{unit and ' '}{unit}")


def matching(pattern: re.Pattern[str], must_be: str) -> Rule:
    """Text that a pattern fits from end to end."""
    return Rule(lambda value: pattern.fullmatch(value) is not None, must_be)


def accepted(check: Callable[[Any], object], must_be: str) -> Rule:
    """What a component accepts.

    Args:
        check: raises ConfigError for anything else.
        must_be: the rule, for people.
    """

    def holds(value: object) -> bool:
        try:
            check(value)
        except ConfigError:
            return False
        return True

    return Rule(holds, must_be)


def _on_the_hub(name: str) -> None:
    check_repo_id(name if "/" in name else f"namespace/{name}")


def _file(path: str) -> bool:
    parts = path.split("/")
    return (
        path.isprintable()
        and len(path) <= _FILE_LENGTH
        and "\\" not in path
        and all(part.strip() == part and part not in ("", ".", "..") for part in parts)
    )


def _names(pattern: str) -> bool:
    if pattern.count("{}") != 1 or {"{", "}"} & {*pattern.replace("{}", "")}:
        return False
    try:
        check_name("", pattern.format("chat"))
    except ConfigError:
        return False
    return True


def _web_address(text: str) -> bool:
    try:
        url = urlsplit(text)
        _ = url.port
    except ValueError:
        return False
    return url.scheme in ("http", "https") and bool(url.hostname) and not re.search(r"\s", text)


def _environment(name: str) -> bool:
    try:
        check_environment(name)
    except ConfigError:
        return False
    return name.strip() == name and name.isprintable() and len(name) <= _ENVIRONMENT_LENGTH


def _branch(name: str) -> None:
    BranchRules(branch=name)
    if len(name.encode()) > _BRANCH_LENGTH or not name.isprintable() or _NO_BRANCH.search(name):
        raise ConfigError(name)


_ON_THE_HUB = (
    "'name' or 'namespace/name' on the Hub, each 1 to 96 of the characters A-Z a-z 0-9 . _ - "
    "without '--' or '..', with neither '-' nor '.' at an end"
)
_COUNT = between(0, _LARGEST)

HubNamespace = Annotated[
    str,
    accepted(
        lambda name: check_repo_id(f"{name}/name"),
        "the name of a user or organisation on the Hub, such as 'slipway'",
    ),
]
GitHubOwner = Annotated[
    str,
    matching(
        _OWNER,
        "the name of a user or organisation on GitHub, 1 to 39 letters, digits and dashes",
    ),
]
DockerAddress = Annotated[
    str,
    accepted(
        lambda address: EngineAddress(address).check(),
        "unix:///path/to/docker.sock, ssh://user@machine, or tcp://127.0.0.1:PORT",
    ),
]
RegistryKind = Annotated[str, one_of(REGISTRIES)]
HubName = Annotated[str, accepted(_on_the_hub, _ON_THE_HUB)]
FileName = Annotated[
    str, Rule(_file, "a file's path in its repository, with '/' and without '..', up to 255 long")
]
Commit = Annotated[
    str,
    matching(
        _COMMIT,
        "a commit, 40 hex digits: a branch or tag would not say what is served",
    ),
]
Sha256 = Annotated[
    str,
    matching(
        _SHA256,
        "64 hex digits, as the file's page on the Hub shows them",
    ),
]
Hardware = Annotated[str, one_of(FLAVOURS)]
LogLevel = Annotated[str, one_of(("DEBUG", "INFO", "WARNING", "ERROR"))]
Megabytes = Annotated[int, between(0, 10_000_000, "MB")]
Rotation = Annotated[int, _COUNT]
WebAddress = Annotated[
    str, Rule(_web_address, "an http or https address with a host, such as https://engine.example")
]
RenderName = Annotated[
    str,
    accepted(
        lambda name: check_name("", name),
        "1 to 100 letters, digits, '-', '_', '.' or spaces, with a letter or digit at both ends",
    ),
]
RenderNames = Annotated[
    str, Rule(_names, "a name with one {} in it, for app, chat and gpt, such as 'frigo-{}-dev'")
]
DeployedService = Annotated[
    str,
    matching(
        _SERVICE,
        "a Render service's id, 'srv-' and what follows it in the address of the service's page",
    ),
]
EnvironmentName = Annotated[
    str, Rule(_environment, f"1 to {_ENVIRONMENT_LENGTH} characters, none of them a line break")
]
Branch = Annotated[str, accepted(_branch, "a branch's name alone, such as 'main'")]
RepositoryName = Annotated[
    str,
    accepted(
        lambda name: check_repository("owner", name),
        "the repository's name alone, 1 to 100 letters, digits, dots, dashes and underscores; its "
        "owner is slipway:githubOwner",
    ),
]
CheckName = Annotated[
    str,
    Rule(
        lambda name: bool(name.strip()) and name.isprintable(),
        "the name of a job, as the workflow's file has it",
    ),
]
UserNumber = Annotated[
    int,
    Rule(
        lambda number: 0 < number <= 2**53,
        "a user's number, which `gh api users/NAME --jq .id` says",
    ),
]
