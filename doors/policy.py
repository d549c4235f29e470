"""What the rules of `policies/` say of stacks: of what is planned, and of what is there."""

import json
from collections.abc import Sequence

from doors.deployment import Pulumi, rules_of
from doors.foreground import run_with_excerpt
from toolchain.progress import Progress

# Where the engine's list of what it would make ends, and what somebody asked for begins.
_HEADINGS = (b"Policies:", b"Diagnostics:", b"error:")


class _FromHeadings:
    """Whether a line is one of the results, or after it."""

    def __init__(self) -> None:
        self._begun = False

    def __call__(self, line: bytes) -> bool:
        self._begun = self._begun or line.lstrip().startswith(_HEADINGS)
        return self._begun


def ask_rules(pulumi: Pulumi, stacks: Sequence[str]) -> int:
    """Asks about each stack of the sandbox; the worst exit code."""
    worst = 0
    for stack in stacks:
        pulumi.prepare_preview(stack)
        worst = max(worst, ask_about(pulumi, stack))
    return worst


def ask_about(pulumi: Pulumi, stack: str) -> int:
    """Asks about a stack that is there, first its plan and then its state; the worse exit code."""
    return max(_planned(pulumi, stack), _there(pulumi, stack))


def _planned(pulumi: Pulumi, stack: str) -> int:
    Progress().note(f"Stack {stack}, as it is planned")
    return _asked(pulumi, stack, "preview", "--non-interactive", "--suppress-outputs")


def _there(pulumi: Pulumi, stack: str) -> int:
    """In a state nothing is unknown any more."""
    exported = json.loads(pulumi.read("stack", "export", "--stack", stack))
    if not exported["deployment"].get("resources"):
        return 0  # nothing is raised
    Progress().note(f"Stack {stack}, as it is raised")
    return _asked(pulumi, stack, "policy", "analyze")


def _asked(pulumi: Pulumi, stack: str, *arguments: str) -> int:
    log = pulumi.home.folder / f"policy-{stack}.log"
    command = ["pulumi", *arguments, "--stack", stack, *rules_of(pulumi.home, stack)]
    return run_with_excerpt(command, pulumi.home.project, pulumi.environment, log, _FromHeadings())
