"""From the start of a container until it is as it should be, or the words why it is not."""

import time
from collections.abc import Mapping
from typing import Any

from docker.models.containers import Container

from toolchain.standins.docker.engine import Engine, engine_calls
from toolchain.standins.protocol import PluginError, Properties

_POLL_SECONDS = 0.25
_FIRST_LOOK_SECONDS = 0.2  # one that can't start has ended by then
_DEFAULT_WAIT_SECONDS = 60
_LOG_LINES = 15
_KILLED = 137  # exit code of what SIGKILL ended
_LONG_ENOUGH = 8  # characters of a variable's value that is hidden where it shows up in a log


def settle(engine: Engine, container: Container, inputs: Properties) -> None:
    """Waits until a started container runs and, if that is asked for, is healthy.

    Raises:
        PluginError: it ended, or is not healthy in time; with its last log lines.
    """
    if inputs.get("wait"):
        _wait_until_healthy(engine, container, inputs)
    elif inputs.get("mustRun", True):
        engine.pause(_FIRST_LOOK_SECONDS)
        state = _state(container)
        if not _alive(state):
            raise _failure(container, inputs, _ended(state))


def run_to_its_end(container: Container, inputs: Properties) -> str | None:
    """Waits until it has ended; its log, if that is to be saved."""
    with engine_calls(f"Container {container.name}"):
        container.wait()
        if not inputs.get("logs"):
            return None
        return container.logs().decode("utf-8", errors="replace")


def _wait_until_healthy(engine: Engine, container: Container, inputs: Properties) -> None:
    limit = float(inputs.get("waitTimeout") or _DEFAULT_WAIT_SECONDS)
    deadline = time.monotonic() + limit
    while True:
        state = _state(container)
        if not _alive(state):
            raise _failure(container, inputs, _ended(state))
        health = state.get("Health")
        if health is None:
            raise _failure(
                container,
                inputs,
                "it is to be waited for and has no health check, neither here nor in its image",
            )
        if health["Status"] == "healthy":
            return
        if time.monotonic() > deadline:
            runs = health.get("Log") or [{}]
            said = str(runs[-1].get("Output") or "").strip().splitlines()
            raise _failure(
                container,
                inputs,
                f"it is not healthy after {limit:g} s"
                + (f"; its health check says: {said[-1]}" if said else ""),
            )
        engine.pause(_POLL_SECONDS)


def _state(container: Container) -> Mapping[str, Any]:
    with engine_calls(f"Container {container.name}"):
        container.reload()
    state: Mapping[str, Any] = container.attrs["State"]
    return state


def _alive(state: Mapping[str, Any]) -> bool:
    return bool(state["Running"] or state.get("Restarting"))


def _ended(state: Mapping[str, Any]) -> str:
    code = state["ExitCode"]
    if state.get("OOMKilled"):
        return f"it was killed for needing more memory than its limit (OOMKilled, exit code {code})"
    if code == _KILLED:
        # The kernel's note of the memory can reach the engine after the end, and is lost then.
        return f"it was killed (exit code {code}), most likely for needing more memory than it has"
    return f"it ended with exit code {code}"


def _failure(container: Container, inputs: Properties, what: str) -> PluginError:
    with engine_calls(f"Container {container.name}"):
        log = container.logs(tail=_LOG_LINES).decode("utf-8", errors="replace")
    lines = _hide_values(log, inputs.get("envs") or []).splitlines()
    memory = f", {inputs['memory']} MB" if inputs.get("memory") else ""
    shown = [f"  | {line}" for line in lines] or ["  (it logged nothing)"]
    about = f"Container {container.name} ({inputs['image']}{memory})"
    return PluginError("\n".join([f"{about}: {what}. The end of its log:", *shown]))


def _hide_values(text: str, variables: list[str]) -> str:
    """A log without the values of its variables: any of them may be a secret."""
    for variable in variables:
        name, _, value = variable.partition("=")
        if len(value) >= _LONG_ENOUGH:
            text = text.replace(value, f"({name})")
    return text
