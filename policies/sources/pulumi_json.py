"""An exported state (`pulumi stack export`) or a plan (`pulumi preview --json`), redacted or not.

A plan may be one object, or the engine's events, one a line.

Secrets stay what they are in there, ciphertext or a placeholder: their values are unknown to the
rules, and nothing here has a passphrase or asks for one.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from policies.resource import Resource
from policies.values import UNKNOWN
from slipway.errors import ConfigError

_SIGNATURE = "4dabf18193072939515e22adb298388d"  # marks what is more than plain data
PLACEHOLDERS = ("[secret]", "[unknown]")  # in place of values, in plans and redacted states
# What the engine writes for a value that is not known yet, by the value's type.
_UNKNOWN = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
    }
)


def read(path: Path) -> list[Resource]:
    """The resources of a state or a plan.

    Raises:
        ConfigError: no such file, no JSON, or something else than a state or a plan.
    """
    try:
        content = _parsed(path.read_text(encoding="utf-8"))
    except OSError:
        raise ConfigError(f"{path}: no such file.") from None
    except ValueError as error:
        raise ConfigError(f"{path} is no JSON: {error}.") from None
    found = list(_states(content)) if isinstance(content, Mapping) else []
    if not found:
        raise ConfigError(
            f"{path}: no resources in it. Give what `pulumi stack export` or `pulumi preview "
            "--json` wrote."
        )
    return [_resource(each) for each in found]


def _parsed(text: str) -> Any:  # noqa: ANN401 - any JSON
    """One object; of the engine's events one that holds the same steps."""
    try:
        content = json.loads(text)
    except ValueError:
        events = [json.loads(line) for line in text.splitlines() if line.strip()]
        steps = [e["resourcePreEvent"]["metadata"] for e in events if "resourcePreEvent" in e]
        return {"steps": [{"newState": each.get("new")} for each in steps]}
    return content


def _states(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    deployment = content.get("deployment", content)
    for each in deployment.get("resources") or ():
        if not each.get("delete"):
            yield each
    for step in content.get("steps") or ():
        if isinstance(step.get("newState"), Mapping):  # what is deleted has none
            yield step["newState"]


def _resource(state: Mapping[str, Any]) -> Resource:
    origins = state.get("propertyDependencies") or {}
    return Resource(
        urn=str(state["urn"]),
        inputs={key: plain(value) for key, value in (state.get("inputs") or {}).items()},
        parent=str(state.get("parent") or ""),
        protect=bool(state.get("protect")),
        origins={key: frozenset(urns or ()) for key, urns in origins.items()},
    )


def plain(value: object) -> Any:  # noqa: ANN401 - any data
    """Data as it is, with what is secret or not known as `UNKNOWN`."""
    if isinstance(value, Mapping):
        if _SIGNATURE in value:
            return UNKNOWN
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return UNKNOWN if isinstance(value, str) and _is_placeholder(value) else value


def _is_placeholder(value: str) -> bool:
    return value in _UNKNOWN or value in PLACEHOLDERS
