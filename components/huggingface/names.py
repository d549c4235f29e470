"""What the Hub accepts as names, checked before any call is made.

Rules: repository ids as huggingface_hub 2.4.0 validates them; names of secrets and variables as
environment variables; names the platform sets itself as its documentation lists them (2026-08).
"""

import re
from collections.abc import Iterable

from slipway.core.variable_names import VariableNames
from slipway.errors import ConfigError

_PART = re.compile(r"[A-Za-z0-9._-]{1,96}")
_SETTINGS = VariableNames(
    called="the name of a secret or variable",
    owner="Space",
    setter="the platform",
    prefix="SPACE_",
    own=frozenset({"ACCELERATOR", "CPU_CORES", "MEMORY"}),
)


def check_repo_id(repo_id: str) -> None:
    """Refuses what is not `namespace/name` in the Hub's alphabet.

    Raises:
        ConfigError: names the value and the rule.
    """
    parts = repo_id.split("/")
    rule = (
        "it must look like 'namespace/name', each part 1 to 96 of the characters A-Z a-z 0-9 . _ - "
        "without '--' or '..', not starting or ending with '-' or '.', not ending in '.git'"
    )
    if len(parts) != 2 or not all(_is_part(part) for part in parts):  # noqa: PLR2004
        raise ConfigError(f"Repository id {repo_id!r}: {rule}.")


def check_setting_names(
    repo_id: str, secrets: Iterable[str], variables: Iterable[str], *, sdk: str
) -> None:
    """Refuses names that would not arrive, or would take the Space down.

    Raises:
        ConfigError: names the key and the remedy, never a value.
    """
    secret_names, variable_names = set(secrets), set(variables)
    for name in sorted(secret_names | variable_names):
        _SETTINGS.check(f"Space {repo_id}", name)
    if both := sorted(secret_names & variable_names):
        raise ConfigError(
            f"Space {repo_id}: {', '.join(both)} is declared as a secret and as a variable. The "
            "platform stops such a Space with CONFIG_ERROR. Keep one of them."
        )
    if sdk == "static" and secret_names:
        raise ConfigError(
            f"Space {repo_id}: a static Space hands its secrets to every visitor's browser. "
            f"Remove {', '.join(sorted(secret_names))} or use the docker sdk."
        )


def _is_part(part: str) -> bool:
    return (
        _PART.fullmatch(part) is not None
        and part.strip("-.") == part
        and "--" not in part
        and ".." not in part
        and not part.endswith(".git")
    )
