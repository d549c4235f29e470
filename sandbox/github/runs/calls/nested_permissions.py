"""A called workflow may do what its caller may, or less."""

from collections.abc import Iterator

from sandbox.github.runs.permissions import Permissions, permissions_of
from sandbox.github.runs.planning.workflow import Workflow, WorkflowError

_ORDER = ("none", "read", "write")


def bounded(asked: Permissions | None, limit: Permissions | None) -> Permissions | None:
    """What a job may do that asks for something within a limit; None says nothing."""
    if asked is None or limit is None:
        return limit if asked is None else asked
    return {
        kind: min(level, limit.get(kind, "none"), key=_ORDER.index) for kind, level in asked.items()
    }


def check_permissions(called: Workflow, limit: Permissions | None) -> None:
    """Raises WorkflowError if jobs of a called workflow ask for more than the caller has."""
    if limit is None:
        return
    for key, job in called.jobs.items():
        beyond = list(_beyond(permissions_of(called.source, job.source) or {}, limit))
        if beyond:
            asked = ", ".join(f"{kind}: {level}" for kind, level, _ in beyond)
            allowed = ", ".join(f"{kind}: {level}" for kind, _, level in beyond)
            raise WorkflowError(
                f"The nested job '{key}' is requesting '{asked}', but is only allowed '{allowed}'."
            )


def _beyond(asked: Permissions, limit: Permissions) -> Iterator[tuple[str, str, str]]:
    for kind, level in asked.items():
        allowed = limit.get(kind, "none")
        if _ORDER.index(level) > _ORDER.index(allowed):
            yield kind, level, allowed
