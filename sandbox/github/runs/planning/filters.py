"""Whether a workflow listens to what happened: its events and their filters."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.workflow import Workflow

_SKIP = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]", re.IGNORECASE)
_SKIP_TRAILER = re.compile(r"^skip-checks:\s*true\s*$", re.IGNORECASE | re.MULTILINE)
_WITHOUT_TYPES = frozenset({"workflow_dispatch", "schedule"})
_OF_PULLS = frozenset({"pull_request", "pull_request_target"})
# Where a workflow names no types; of the others all are meant.
_DEFAULT_TYPES = {kind: ["opened", "synchronize", "reopened"] for kind in _OF_PULLS}
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
    for_another = trigger.event == "schedule" and trigger.workflow != workflow.path
    if trigger.event not in workflow.on or for_another:
        return False
    filters = workflow.on[trigger.event]
    if trigger.event == "push":
        return _push(filters, trigger.ref, changed)
    if trigger.event not in _WITHOUT_TYPES and not _type(trigger, filters):
        return False
    if trigger.event in _OF_PULLS:
        base = str(trigger.payload["pull_request"]["base"]["ref"])
        head = trigger.head
        return _branch(filters, base) and _paths(filters, lambda: head.paths if head else None)
    if trigger.event == "workflow_run":
        about = trigger.payload["workflow_run"]
        named = filters.get("workflows")
        return about["name"] in _list(named or []) and _branch(filters, about["head_branch"])
    return True


def _type(trigger: Trigger, filters: Mapping[str, Any]) -> bool:
    """Whether a workflow listens to this kind of an event."""
    wanted = filters.get("types") or _DEFAULT_TYPES.get(trigger.event)
    return wanted is None or trigger.payload.get("action") in _list(wanted)


def _branch(filters: Mapping[str, Any], name: str) -> bool:
    if "branches" in filters and not fits(name, _list(filters["branches"])):
        return False
    return not ("branches-ignore" in filters and fits(name, _list(filters["branches-ignore"])))


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
