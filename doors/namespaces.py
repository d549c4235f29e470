"""Which owners the stack files name, so that they work in the sandbox as they stand.

On the real Hub these are the user's own name and organizations; here they are all the user's.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

USER = "slipway"  # whose tokens a sandbox hands out; everything else here is this user's

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_OWNER_KEYS = ("hfNamespace",)  # values that are an owner by themselves


def namespaces(*projects: Path) -> set[str]:
    """Owners in any `Pulumi*.yaml`: of keys that name one, and of values like `owner/name`.

    Args:
        projects: folders with such files; one that is missing has none.
    """
    found: set[str] = set()
    for path in (path for folder in projects for path in folder.glob("Pulumi*.yaml")):
        try:
            content = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, yaml.YAMLError):
            continue  # pulumi says what is wrong with it, and where
        # Only the configuration: an encryption salt, for one, may look like `owner/name`.
        found.update(_owners(content.get("config") if isinstance(content, dict) else None))
    return found


def _owners(value: Any, key: str = "") -> Iterator[str]:  # noqa: ANN401 - any YAML
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "secure":
                continue  # ciphertext
            yield from _owners(each, key if name in ("default", "value") else str(name))
    elif isinstance(value, list):
        for each in value:
            yield from _owners(each, key)
    elif isinstance(value, str):
        owner, slash, name = value.partition("/")
        if key.removeprefix("slipway:") in _OWNER_KEYS:
            yield value
        elif slash and _NAME.fullmatch(owner) and _NAME.fullmatch(name):
            yield owner
