"""The rules for the front matter of a root README.md, with the platform's messages.

Contract: Hub docs 2026-08 (keys), rejected pushes in public issues (texts). A missing block or a
missing `sdk` is no error here: the commit passes and the Space goes to CONFIG_ERROR.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml

from sandbox.hub.repositories.names import RepoKind
from sandbox.store.yaml_input import read_yaml

COLORS = ("red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray")
SDKS = ("gradio", "docker", "static", "streamlit")
_LICENSE_TABLE = (
    "apache-2.0 mit openrail bigscience-openrail-m creativeml-openrail-m "
    "bigscience-bloom-rail-1.0 bigcode-openrail-m afl-3.0 artistic-2.0 bsl-1.0 bsd "
    "bsd-2-clause bsd-3-clause bsd-3-clause-clear c-uda cc cc0-1.0 cc-by-2.0 cc-by-2.5 "
    "cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 "
    "cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0 cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 "
    "cc-by-nc-sa-4.0 cdla-sharing-1.0 cdla-permissive-1.0 cdla-permissive-2.0 wtfpl ecl-2.0 "
    "epl-1.0 epl-2.0 etalab-2.0 eupl-1.1 eupl-1.2 agpl-3.0 gfdl gpl gpl-2.0 gpl-3.0 lgpl "
    "lgpl-2.1 lgpl-3.0 isc h-research intel-research lppl-1.3c ms-pl apple-ascl apple-amlr "
    "mpl-2.0 odc-by odbl openmdw-1.0 openrail++ osl-3.0 postgresql ofl-1.1 ncsa unlicense "
    "zlib pddl lgpl-lr deepfloyd-if-license fair-noncommercial-research-license llama2 "
    "llama3 llama3.1 llama3.2 llama3.3 llama4 gemma unknown other"
)
_LICENSES = frozenset(_LICENSE_TABLE.split())
_SHORT_DESCRIPTION_LIMIT = 60  # characters
_MAX_PORT = 65535
_FRONT_MATTER = re.compile(
    r"\ufeff?(?:[ \t]*\r?\n)*---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE
)
_MODEL_ID = re.compile(r"[\w.-]+(/[\w.-]+)?", re.ASCII)
_PRELOADED = re.compile(r"[\w.-]+/[\w.-]+(?: \S+(?: [0-9a-f]{40})?)?", re.ASCII)
_DURATION = re.compile(r"(\d+\s*[smhd]\s*)+")
_CUSTOM_HEADERS = (
    "cross-origin-embedder-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
)


@dataclass(frozen=True)
class CardReport:
    """What the platform says of a card; any error refuses the commit."""

    errors: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])


def front_matter(content: str) -> dict[str, Any] | None:
    """The card's data with dates as text; None if the block is missing, no YAML or no mapping."""
    match = _FRONT_MATTER.match(content)
    if match is None:
        return None
    try:
        data = read_yaml(match[1])
    except yaml.YAMLError:
        return None
    if not isinstance(data, dict):
        return None
    plain: dict[str, Any] = json.loads(json.dumps(data, default=str))
    return plain


def validate(content: str, kind: RepoKind) -> CardReport:
    """Checks a README.md as `POST /api/validate-yaml` and the push hook do."""
    match = _FRONT_MATTER.match(content)
    if match is None or not match[1].strip():
        return CardReport(warnings=["empty or missing yaml metadata in repo card"])
    try:
        data = read_yaml(match[1])
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", None) or error)
        mark = getattr(error, "problem_mark", None)
        above = content[: match.start(1)].count("\n")
        where = "" if mark is None else f" ({mark.line + above + 1}:{mark.column + 1})"
        return CardReport(errors=[f"YAML front matter cannot be parsed: {problem}{where}"])
    if not isinstance(data, dict):
        return CardReport(errors=["YAML front matter must be of type object"])
    rules = _COMMON | (_SPACE if kind is RepoKind.SPACE else {})
    if kind is RepoKind.MODEL:
        rules = rules | _MODEL
    errors = (rule(key, data[key]) for key, rule in rules.items() if data.get(key) is not None)
    return CardReport(errors=[error for error in errors if error is not None])


_Rule = Callable[[str, object], str | None]  # (key, value) -> the platform's message, or None


def _one_of(*allowed: str) -> _Rule:
    def rule(key: str, value: object) -> str | None:
        return None if value in allowed else f'"{key}" must be one of [{", ".join(allowed)}]'

    return rule


def _of_type(kind: type, word: str) -> _Rule:
    def rule(key: str, value: object) -> str | None:
        return None if isinstance(value, kind) else f'"{key}" must be {word}'

    return rule


def _short_description(key: str, value: object) -> str | None:
    if not isinstance(value, str):
        return f'"{key}" must be a string'
    if len(value) <= _SHORT_DESCRIPTION_LIMIT:
        return None
    limit = _SHORT_DESCRIPTION_LIMIT
    return f'"{key}" length must be less than or equal to {limit} characters long'


def _license(key: str, value: object) -> str | None:
    for each in value if isinstance(value, list) else [value]:
        if each not in _LICENSES:
            return f'"{key}" must be one of [{", ".join(sorted(_LICENSES))}]'
    return None


def _base_model(key: str, value: object) -> str | None:
    for each in value if isinstance(value, list) else [value]:
        if not isinstance(each, str) or _MODEL_ID.fullmatch(each) is None:
            return (
                f'"{key}" with value "{each}" is not valid. '
                "Use a model id from https://hf.co/models."
            )
    return None


def _port(key: str, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return f'"{key}" must be a number'
    return None if 0 < value <= _MAX_PORT else f'"{key}" must be a valid port'


def _path(key: str, value: object) -> str | None:
    good = isinstance(value, str) and value.startswith("/")
    return None if good else f'"{key}" must start with "/"'


def _duration(key: str, value: object) -> str | None:
    good = isinstance(value, str) and _DURATION.fullmatch(value) is not None
    return None if good else f'"{key}" must be a duration such as "30m" or "1h"'


def _preloaded(key: str, value: object) -> str | None:
    """Each is a repository, perhaps files of it with commas between, perhaps a commit."""
    if not isinstance(value, list):
        return f'"{key}" must be an array'
    for each in value:
        if not isinstance(each, str) or _PRELOADED.fullmatch(each) is None:
            return f'"{key}" with value "{each}" is not valid'
    return None


def _custom_headers(key: str, value: object) -> str | None:
    if not isinstance(value, dict):
        return f'"{key}" must be of type object'
    for header in value:
        if header not in _CUSTOM_HEADERS:
            return f'"{key}.{header}" is not allowed'
    return None


_COMMON: dict[str, _Rule] = {"license": _license, "tags": _of_type(list, "an array")}
_MODEL: dict[str, _Rule] = {
    "base_model": _base_model,
    "model-index": _of_type(list, "an array"),
}
_SPACE: dict[str, _Rule] = {
    "colorFrom": _one_of(*COLORS),
    "colorTo": _one_of(*COLORS),
    "sdk": _one_of(*SDKS),
    "short_description": _short_description,
    "app_port": _port,
    "base_path": _path,
    "header": _one_of("mini", "default"),
    "pinned": _of_type(bool, "a boolean"),
    "fullWidth": _of_type(bool, "a boolean"),
    "disable_embedding": _of_type(bool, "a boolean"),
    "hf_oauth": _of_type(bool, "a boolean"),
    "models": _of_type(list, "an array"),
    "datasets": _of_type(list, "an array"),
    "preload_from_hub": _preloaded,
    "startup_duration_timeout": _duration,
    "custom_headers": _custom_headers,
}
