"""Whether a workflow listens to what happened: its events and their filters."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.workflow import Workflow

_SKIP = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]", re.IGNORECASE)
_SKIP_TRAILER = re.compile(r"^skip-checks:\s*true\s*$", re.IGNORECASE | re.MULTILINE)
_SETS = re.compile(r"(\*\*|\*|\\.|\[[^\]]*\]|[?+])")


def skips(message: str) -> bool:
    """Whether a commit's message asks for no runs of its push."""
    return _SKIP.search(message) is not None or _SKIP_TRAILER.search(message) is not None


def listens(
    workflow: Workflow, trigger: Trigger, changed: Callable[[], Sequence[str] | None]
) -> bool:
    """Whether a trigger makes a run of a workflow.

    Args:
        workflow: of the trigger's commit.
        trigger: what happened.
        changed: asked only if a filter needs it: paths that a push changed; None if that cannot be
            told, which counts as every path, as on GitHub.
    """
    if trigger.event not in workflow.on:
        return False
    filters = workflow.on[trigger.event]
    if trigger.event == "repository_dispatch":
        types = filters.get("types")
        return types is None or trigger.payload.get("action") in _list(types)
    if trigger.event == "push":
        return _push(filters, trigger.ref, changed)
    return True


def _push(
    filters: Mapping[str, Any], ref: str, changed: Callable[[], Sequence[str] | None]
) -> bool:
    is_tag = ref.startswith("refs/tags/")
    name = ref.removeprefix("refs/heads/").removeprefix("refs/tags/")
    own, other = ("tags", "branches") if is_tag else ("branches", "tags")
    has_own = own in filters or f"{own}-ignore" in filters
    if not has_own and (other in filters or f"{other}-ignore" in filters):
        return False  # who filters branches alone does not listen to tags, and the other way
    if own in filters and not fits(name, _list(filters[own])):
        return False
    if f"{own}-ignore" in filters and fits(name, _list(filters[f"{own}-ignore"])):
        return False
    return is_tag or _paths(filters, changed)


def _paths(filters: Mapping[str, Any], changed: Callable[[], Sequence[str] | None]) -> bool:
    if not ("paths" in filters or "paths-ignore" in filters):
        return True
    paths = changed()
    if paths is None:
        return True
    if "paths" in filters:
        return any(fits(path, _list(filters["paths"])) for path in paths)
    return any(not fits(path, _list(filters["paths-ignore"])) for path in paths)


def fits(text: str, patterns: Sequence[str]) -> bool:
    """Whether patterns take a name: they are read in order, `!` takes back."""
    taken = False
    for pattern in patterns:
        if pattern.startswith("!"):
            taken = taken and _regex(pattern[1:]).fullmatch(text) is None
        else:
            taken = taken or _regex(pattern).fullmatch(text) is not None
    return taken


def _regex(pattern: str) -> re.Pattern[str]:
    """GitHub's filter patterns: `*` and `**`, sets, and `?` and `+` after a character."""
    made = []
    for part in _SETS.split(pattern):
        if part == "**":
            made.append(".*")
        elif part == "*":
            made.append("[^/]*")
        elif part in {"?", "+"} or (part.startswith("[") and part.endswith("]")):
            made.append(part)
        elif part.startswith("\\") and len(part) > 1:
            made.append(re.escape(part[1]))
        else:
            made.append(re.escape(part))
    text = "".join(made).replace("/.*/", "/(?:.*/)?")
    text = f"(?:.*/)?{text.removeprefix('.*/')}" if text.startswith(".*/") else text
    try:
        return re.compile(text, re.DOTALL)
    except re.error:
        return re.compile(re.escape(pattern))


def _list(value: Any) -> list[str]:  # noqa: ANN401 - from YAML
    return [str(item) for item in value] if isinstance(value, list) else [str(value)]
