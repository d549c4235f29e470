"""The front matter of a Space's README: the Space's own configuration, checked before any call.

A Space whose front matter is missing or wrong takes the commit and then stops with CONFIG_ERROR, or
refuses the push late. Rules: the Hub's Spaces configuration reference and its validator (2026-08).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from slipway.errors import ConfigError
from slipway.huggingface.space.licenses import LICENSES

COLOURS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
SHORT_DESCRIPTION_CHARACTERS = 60
DEFAULT_APP_PORT = 7860
_DURATION = re.compile(r"(\d+\s*[smhd]\s*)+")


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
    for key, (holds, rule) in _RULES.items():
        if data.get(key) is not None and not holds(data[key]):
            raise _wrong(repo_id, key, data[key], f"it must be {rule}")
    short = data.get("short_description") or ""
    if len(short) > SHORT_DESCRIPTION_CHARACTERS:
        rule = f"it may have {SHORT_DESCRIPTION_CHARACTERS} characters and has {len(short)}"
        raise _wrong(repo_id, "short_description", short, rule)
    port = data.get("app_port")
    port = DEFAULT_APP_PORT if port is None else port
    if not isinstance(port, int) or isinstance(port, bool) or not 0 < port < 1 << 16:
        raise _wrong(repo_id, "app_port", port, "it must be a number from 1 to 65535")
    return Card(sdk=sdk, app_port=port)


_Rule = tuple[Callable[[Any], bool], str]


def _one_of(*allowed: str) -> _Rule:
    return lambda value: value in allowed, f"one of {', '.join(allowed)}"


def _all_match(pattern: str) -> Callable[[Any], bool]:
    """Whether a value is a list of texts that all are of that form."""
    shape = re.compile(pattern, re.ASCII)
    return lambda value: (
        isinstance(value, list)
        and all(isinstance(each, str) and shape.fullmatch(each) for each in value)
    )


def _licensed(value: object) -> bool:
    return all(each in LICENSES for each in (value if isinstance(value, list) else [value]))


_LICENSE = (
    "an identifier of the Hub's list (huggingface.co/docs/hub/repositories-licenses), such as mit "
    "or apache-2.0; 'other' with license_name for one that is not in it"
)
_FLAG: _Rule = (lambda value: isinstance(value, bool), "true or false, without quotes")
_HEADERS = tuple(f"cross-origin-{each}-policy" for each in ("embedder", "opener", "resource"))
_RULES: Mapping[str, _Rule] = {
    "license": (_licensed, _LICENSE),
    "colorFrom": _one_of(*COLOURS),
    "colorTo": _one_of(*COLOURS),
    "header": _one_of("mini", "default"),
    "short_description": (lambda value: isinstance(value, str), "text: put it in quotes"),
    "base_path": (
        lambda value: isinstance(value, str) and value.startswith("/"),
        "a path that begins with '/'",
    ),
    **dict.fromkeys(("pinned", "fullWidth", "disable_embedding", "hf_oauth"), _FLAG),
    **dict.fromkeys(
        ("tags", "models", "datasets"),
        (lambda value: isinstance(value, list), "a list, one in a line after '- '"),
    ),
    "preload_from_hub": (
        _all_match(r"[\w.-]+/[\w.-]+(?: \S+(?: [0-9a-f]{40})?)?"),
        "a list of repositories, each with files behind a blank, and a commit behind those",
    ),
    "startup_duration_timeout": (
        lambda value: isinstance(value, str) and bool(_DURATION.fullmatch(value)),
        "a duration such as 30m or 1h",
    ),
    "custom_headers": (
        lambda value: isinstance(value, dict) and {*value} <= {*_HEADERS},
        f"keys and values, with the keys {', '.join(_HEADERS)}",
    ),
}

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
