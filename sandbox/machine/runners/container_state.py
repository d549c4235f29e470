"""What the engine's words about a container mean."""

from collections.abc import Mapping
from typing import Any

from sandbox.machine.contract import ContainerState

_KILLED = 137  # exit code of what SIGKILL ended


def container_state(state: Mapping[str, Any], ended_because: str | None) -> ContainerState:
    """The contract's form of an engine's `State`.

    Args:
        state: as the engine inspects it.
        ended_because: why this sandbox ended it, if it did.
    """
    running = bool(state["Running"])
    exit_code = None if running else int(state["ExitCode"])
    # The kernel's note of the memory can reach the engine after the end, and is lost then.
    killed = bool(state["OOMKilled"]) or exit_code == _KILLED
    return ContainerState(
        running=running,
        exit_code=exit_code,
        out_of_memory=killed and ended_because is None,
        ended_because=None if running else ended_because,
    )
