"""The front matter of a Space's README: the Space's own configuration, checked before any call.

A Space whose front matter is missing or wrong takes the commit and then stops with CONFIG_ERROR, or
refuses the push late. Rules: the Hub's Spaces configuration reference and its validator (2026-08).
"""

from dataclasses import dataclass
from typing import Any

import yaml

from slipway.errors import ConfigError

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
SHORT_DESCRIPTION_CHARACTERS = 60
DEFAULT_APP_PORT = 7860


@dataclass(frozen=True)
class Card:
    """What the deployment needs to know of the front matter."""

    sdk: str
    app_port: int


def read_card(repo_id: str, readme: str | None, sdk: str) -> Card:
    """Parses and checks a README's front matter.

    Args:
        repo_id: the Space, for messages.
        readme: README.md as text, or None if the payload has none.
        sdk: what the Space is declared as; the front matter must agree.

    Raises:
        ConfigError: names the key, its value and the rule.
    """
    if readme is None:
        raise ConfigError(f"Space {repo_id}: the payload has no README.md at its root; {_REMEDY}")
    data = _front_matter(repo_id, readme)
    if data.get("sdk") != sdk:
        raise _wrong(repo_id, "sdk", data.get("sdk"), f"it must be {sdk}, as the Space is declared")
    for key in ("colorFrom", "colorTo"):
        if data.get(key) is not None and data[key] not in COLOURS:
            raise _wrong(repo_id, key, data[key], f"it must be one of {', '.join(COLOURS)}")
    short = data.get("short_description") or ""
    if len(str(short)) > SHORT_DESCRIPTION_CHARACTERS:
        rule = f"it may have {SHORT_DESCRIPTION_CHARACTERS} characters and has {len(str(short))}"
        raise _wrong(repo_id, "short_description", short, rule)
    port = data.get("app_port")
    port = DEFAULT_APP_PORT if port is None else port
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 1 << 16:
        raise _wrong(repo_id, "app_port", port, "it must be a number from 1 to 65535")
    return Card(sdk=sdk, app_port=port)


_REMEDY = (
    "begin it with a block of '---', 'sdk: docker', '---'; without it the platform answers "
    "'Missing configuration in README'."
)


def _front_matter(repo_id: str, readme: str) -> dict[str, Any]:
    lines = [line.rstrip() for line in readme.removeprefix("\ufeff").split("\n")]
    if not lines or lines[0] != "---" or "---" not in lines[1:]:
        raise ConfigError(f"Space {repo_id}: README.md has no front matter; {_REMEDY}")
    block = "\n".join(lines[1 : lines.index("---", 1)])
    try:
        data = yaml.safe_load(block)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "it can't be parsed"
        raise ConfigError(f"Space {repo_id}: README.md front matter: {problem}.") from None
    if not isinstance(data, dict):
        raise ConfigError(f"Space {repo_id}: README.md front matter must be keys and values.")
    return data


def _wrong(repo_id: str, key: str, value: object, rule: str) -> ConfigError:
    return ConfigError(f"Space {repo_id}: README.md front matter {key} is {value!r}; {rule}.")
