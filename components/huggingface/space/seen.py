"""What the platform says of a Space, as the state writes it down."""

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slipway.core.ownership import Mark, mark_seen
from slipway.core.variable_names import MARK
from slipway.huggingface.hub.repository import Repository, holds

if TYPE_CHECKING:
    from slipway.huggingface.space.client import SpaceClient

CHANGED_OUTSIDE = "(changed outside of this stack)"


def seen(
    spaces: "SpaceClient",
    props: Mapping[str, Any],
    repo_id: str,
    repository: Repository,
    tree: Mapping[str, str],
) -> dict[str, Any]:
    """The declared keys as they are now, secrets by the time they were written.

    Args:
        spaces: the client.
        props: the state.
        repo_id: where the Space is now.
        repository: its repository.
        tree: path -> identity of each file, as `HubClient.tree` gives it.
    """
    variables = spaces.variables(repo_id)
    written = spaces.secrets(repo_id)
    runtime = spaces.runtime(repo_id)
    mark = Mark.found(variables.get(MARK))
    declared = props.get("secrets") or {}
    before = props.get("secrets_written") or {}
    touched = {name for name in declared if written.get(name) not in (None, before.get(name))}
    kept = {
        name: CHANGED_OUTSIDE if name in touched else value
        for name, value in declared.items()
        if name in written
    }
    digests = props.get("secret_digests") or {}
    sleeps = whole_number(props.get("sleep_seconds"))
    return with_settings(
        {
            "visibility": shown_visibility(repository.visibility, props.get("visibility")),
            "hardware": runtime.hardware or props.get("hardware"),
            "sleep_seconds": None if sleeps is None else runtime.sleep_seconds or -1,
            "variables": {k: variables[k] for k in props.get("variables") or {} if k in variables},
            "mark": mark_seen(props, mark),
            "secrets": kept,
            "secret_digests": {
                k: CHANGED_OUTSIDE if k in touched else digests.get(k, "") for k in kept
            },
            "secrets_written": {k: written[k] for k in kept},
            "manifest": {
                path: digest if holds(digest, tree[path]) else tree[path]
                for path, digest in (props.get("manifest") or {}).items()
                if path in tree
            },
            "salt": props["salt"],
            "url": repository.url,
            "host": repository.host,
            "commit": repository.commit,
        }
    )


def with_settings(outputs: dict[str, Any]) -> dict[str, Any]:
    """Adds `settings`: a digest that changes whenever a setting of the Space was written."""
    keys = ("variables", "mark", "secret_digests", "secrets_written", "hardware")
    # The engine hands 600 back as 600.0, which must not look like another setting.
    seconds = whole_number(outputs.get("sleep_seconds"))
    text = json.dumps([*(outputs.get(key) for key in keys), seconds], sort_keys=True)
    return {**outputs, "settings": hashlib.sha256(text.encode()).hexdigest()}


def whole_number(value: float | str | None) -> int | None:
    """The engine hands every number over as a float."""
    return None if value is None else int(value)


def shown_visibility(live: str, declared: str | None) -> str:
    """Where the Hub says only private or not, protected counts as private."""
    return "protected" if live == "private" and declared == "protected" else live
