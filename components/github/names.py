"""Names on GitHub, checked before any call: what it would refuse late, or change in silence."""

import re
from collections.abc import Collection, Mapping
from itertools import pairwise

from slipway.errors import ConfigError

SIZE_LIMIT = 48 * 1024  # bytes of a secret's or variable's value
MOST_VALUES = 100  # secrets, or variables, of a repository or environment
_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_REPOSITORY = re.compile(r"[A-Za-z0-9._-]{1,100}")
_ENVIRONMENT_LENGTH = 255


def check_repository(owner: str, repository: str) -> None:
    """Refuses a repository's name with its owner in it: the owner is the account's.

    Raises:
        ConfigError: the name can't be one; the text says what to write instead.
    """
    first, slash, last = repository.partition("/")
    if slash:
        raise ConfigError(
            f"Repository {repository!r}: write the name alone, {last!r}, and its owner, {first!r}, "
            "as githubOwner of the stack or GITHUB_OWNER."
        )
    if not owner or "/" in owner:
        raise ConfigError(
            f"GitHub owner {owner!r}: it is the name of the user or organisation that owns "
            f"{repository}. Set githubOwner of the stack or GITHUB_OWNER."
        )
    if not _REPOSITORY.fullmatch(repository) or repository in (".", ".."):
        raise ConfigError(
            f"Repository {repository!r}: a name has 1 to 100 letters, digits, dots, dashes and "
            "underscores."
        )


def check_environment(name: str) -> None:
    """Refuses a name of an environment that GitHub would refuse; `/` and `:` are fine."""
    if not name.strip() or len(name) > _ENVIRONMENT_LENGTH:
        raise ConfigError(
            f"Environment {name!r}: a name has 1 to {_ENVIRONMENT_LENGTH} characters, not all of "
            "them blank."
        )


def check_values(where: str, secrets: Collection[str], variables: Mapping[str, object]) -> None:
    """Refuses names and sizes of secrets and variables that can't be, or would not be found.

    Args:
        where: the repository or environment, for messages.
        secrets: their names.
        variables: with their values; those that are not known yet are not measured.

    Raises:
        ConfigError: the text names the name, never a secret's value.
    """
    for kind, names in (("secret", secrets), ("variable", variables)):
        for name in names:
            _check_name(where, kind, name)
        if len(names) > MOST_VALUES:
            raise ConfigError(
                f"{where}: {len(names)} {kind}s; GitHub keeps {MOST_VALUES}. Put some of them "
                "together, or into an environment."
            )
    for name in sorted({*secrets} & {*variables}):
        raise ConfigError(
            f"{where}: {name} is both a secret and a variable. Whoever reads `vars.{name}` for "
            f"`secrets.{name}` shows it to everybody: give one of them another name."
        )
    for name, value in variables.items():
        if isinstance(value, str):
            check_size(where, "variable", name, value)


def check_size(where: str, kind: str, name: str, value: str) -> None:
    """Refuses a value that GitHub would find too large, without repeating it."""
    if len(value.encode()) > SIZE_LIMIT:
        raise ConfigError(
            f"{where}: {kind} {name} has {len(value.encode())} bytes; GitHub takes {SIZE_LIMIT}. "
            "Keep the content elsewhere and the key to it here."
        )


def check_distinct(what: str, names: Collection[str]) -> None:
    """Refuses two of one name, whatever their case: on GitHub they are the same one."""
    for first, second in pairwise(sorted(names, key=str.lower)):
        if first.lower() == second.lower():
            raise ConfigError(f"{what} {first!r} is declared twice. Give each its own name.")


def _check_name(where: str, kind: str, name: str) -> None:
    if not _NAME.fullmatch(name):
        upper = re.sub(r"[^A-Z0-9_]", "_", name.upper())
        better = f" {upper!r} would do." if _NAME.fullmatch(upper) else ""
        raise ConfigError(
            f"{where}: {kind} {name!r} must be upper case: A to Z, 0 to 9 and _, no digit first. "
            f"GitHub keeps it in upper case, and would name it otherwise than the program.{better}"
        )
    if name.startswith("GITHUB_"):
        raise ConfigError(
            f"{where}: {kind} {name!r} must not begin with GITHUB_, which GitHub keeps for itself. "
            f"{'GH_' + name.removeprefix('GITHUB_')!r} would do."
        )
