"""What a job's `permissions:`, or its workflow's, leave to its token."""

from collections.abc import Mapping
from typing import Any

Permissions = Mapping[str, str]  # level by kind; what is not named is `none`

_LEVELS = frozenset({"read", "write", "none"})
# What `read-all` and `write-all` are about, of GitHub's documentation.
_KINDS = (
    *("actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token"),
    *("issues", "packages", "pages", "pull-requests", "security-events", "statuses"),
)


def permissions_of(workflow: Mapping[str, Any], job: Mapping[str, Any]) -> dict[str, str] | None:
    """Level by kind, `none` for what is not named; None where neither says anything.

    Args:
        workflow: the file.
        job: of it; what it says counts instead of what the workflow does.
    """
    saying = next((each for each in (job, workflow) if "permissions" in each), None)
    if saying is None:
        return None
    said = saying["permissions"]
    if isinstance(said, str) and said in {"read-all", "write-all"}:
        return dict.fromkeys(_KINDS, said.removesuffix("-all"))
    if not isinstance(said, Mapping):
        return {}  # `permissions:` and nothing behind it
    return {str(kind): str(level) for kind, level in said.items() if level in _LEVELS}


def at_most_read(permissions: Mapping[str, str] | None) -> dict[str, str]:
    """The same for a job that a fork proposes: nothing is written."""
    if permissions is None:
        return dict.fromkeys(_KINDS, "read")
    return {kind: "read" if level == "write" else level for kind, level in permissions.items()}
