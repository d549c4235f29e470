"""Which events of a workflow file never happen here, told where the file names them."""

import re
from collections.abc import Iterator

from sandbox.github.runs.planning.workflow import WorkflowError, parse_workflow

HEARD = frozenset(
    {
        "push",
        "workflow_dispatch",
        "repository_dispatch",
        "pull_request",
        "pull_request_target",
        "pull_request_review",
        "pull_request_review_comment",
        "issues",
        "issue_comment",
        "workflow_run",
        "workflow_call",
        "schedule",
        "release",
        "deployment",
        "deployment_status",
    }
)


def unheard(path: str, content: bytes) -> Iterator[str]:
    """A sentence for each event that a workflow waits for in vain; none for a broken file.

    Args:
        path: of the file, as people know it.
        content: what is in it.
    """
    try:
        events = parse_workflow(path, content).on
    except WorkflowError:
        return  # its run says what is wrong with it
    lines = content.decode(errors="replace").splitlines()
    for event in events:
        if event not in HEARD:
            named = re.compile(rf"(?<![\w-]){re.escape(event)}(?![\w-])")
            line = next((n for n, text in enumerate(lines, 1) if named.search(text)), 1)
            yield f"{path}:{line}: the sandbox's GitHub has no event {event}, which starts no run"
