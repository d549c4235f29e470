"""From an image to an app that answers, or to the stage that says why it does not."""

import shutil
import threading
import time
from datetime import UTC, datetime

from sandbox.apps.health import answers
from sandbox.hub.spaces.card import DEFAULT_PORT, DEFAULT_STARTUP_SECONDS, SpaceCard
from sandbox.hub.spaces.environment import creator_id, runtime_environment
from sandbox.hub.spaces.hardware import FLAVORS, limits
from sandbox.hub.spaces.running.logs import LogKind, LogWriter
from sandbox.hub.spaces.running.serving import Serving
from sandbox.hub.spaces.running.static_site import StaticSite, inject_variables
from sandbox.hub.spaces.running.turn import Parts, SettledError, Turn, other_slot
from sandbox.hub.spaces.stages import Stage, starting
from sandbox.machine.contract import Container, ContainerState, Machine, RunRequest

_USER = "1000"  # the uid every Docker Space runs under (Hub docs)
_OUTGOING = (80, 443, 8080)  # ports of others that a Space may call (Hub docs)
_LAST_LINES = 20  # of the run log, quoted in errorMessage
_LOG_END_SECONDS = 2.0  # how long the last lines of an ended container may take to arrive


class ImageUnusableError(Exception):
    """The engine did not start a container of the image, perhaps because it lost the image."""


def start_app(turn: Turn, *, host: str) -> None:
    """Runs the image, waits until the app answers and lets it serve; then the old one is removed.

    Raises:
        SettledError: RUNTIME_ERROR: the app ended, or did not answer in time.
        SupersededError, StoppingError: the new container is removed again.
        ImageUnusableError: the engine could not start a container of the image.
    """
    parts = turn.parts
    turn.advance(stage=starting(old_serves=turn.old_serves()), error=None)
    record = turn.record
    if record.container is not None and not turn.old_serves():
        # Paused or put to sleep a moment ago, and wanted again before its container was removed.
        turn.drop_old(record.container)
    name = other_slot(record.base_name, record.container, "-")
    secrets = turn.secrets()
    flavor = FLAVORS[record.hardware]
    bounds = limits(flavor)
    log = parts.logs.begin(record.id, LogKind.RUN, masked=secrets.values())
    log(f"===== Application Startup at {datetime.now(UTC):%Y-%m-%d %H:%M:%S} =====")
    if flavor.gpu is not None:
        log(
            f"sandbox: no {flavor.gpu.model} stands behind {flavor.name} here; this runs on the CPU"
        )
    request = RunRequest(
        name=name,
        image=record.image or "",
        port=record.app_port or DEFAULT_PORT,
        env=runtime_environment(
            record,
            host=host,
            variables=turn.variables(),
            secrets=secrets,
            surroundings=parts.surroundings,
        ),
        user=_USER,
        memory_bytes=bounds.memory_bytes,
        cpus=bounds.cpus,
        outgoing=_OUTGOING,
    )
    try:
        container = _run(parts.machine, request)
        follower = follow(parts, record.id, container.id, log)
        _wait_until_healthy(turn, container, follower, log)
        serving = Serving(
            port=container.host_port,
            own_address=container.own_address,
            container_id=container.id,
            container=name,
            follower=follower,
        )
        old = turn.serve(serving, sha=record.image_commit, hardware_current=record.hardware)
    except BaseException:
        parts.machine.remove(name)
        raise
    turn.replace(old)
    # The former version's image has no container any more.
    parts.machine.remove_image(other_slot(record.base_name, record.image, ":"))


def publish_files(turn: Turn, commit: str, card: SpaceCard) -> None:
    """Serves the files of a commit: a static Space."""
    parts, record = turn.parts, turn.record
    parent = parts.folder / record.base_name
    folder = parent / f"{record.turn}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    parts.reader.export(record.repo_id or "", commit, folder)
    page = folder / card.app_file
    inject_variables(page, {"SPACE_CREATOR_USER_ID": creator_id(record), **turn.variables()})
    site = StaticSite(folder, card.app_file)
    try:
        old = turn.serve(
            Serving(port=site.port, site=site),
            sha=commit,
            image_commit=commit,
            title=card.title,
            hardware_current=None,
        )
    except BaseException:
        site.close()
        shutil.rmtree(folder, ignore_errors=True)
        raise
    turn.replace(old)
    for each in parent.iterdir():
        if each != folder:
            shutil.rmtree(each, ignore_errors=True)


def follow(parts: Parts, space: int, container_id: str, log: LogWriter) -> threading.Thread:
    """Copies a container's output into a Space's run log until the container ends."""
    thread = threading.Thread(
        target=parts.machine.follow_logs, args=(container_id, log), name="run-log", daemon=True
    )
    thread.start()
    parts.followers[space] = thread
    return thread


def exit_message(state: ContainerState | None, log_lines: list[str]) -> str:
    """`errorMessage` of an app that ended, in the Hub's form, with the end of its log."""
    if state is None:
        return "Exit code: ?. Reason: the container is gone"
    if state.ended_because:
        return f"Exit code: {state.exit_code}. Reason: {state.ended_because}"
    if state.out_of_memory:
        return f"Exit code: {state.exit_code}. Reason: Memory limit exceeded"
    reason = "\n".join(log_lines) or "the application ended"
    return f"Exit code: {state.exit_code}. Reason: {reason}"


def last_lines(parts: Parts, space: int) -> list[str]:
    """The end of the run log, without the line the platform wrote itself."""
    lines = [each.line for each in parts.logs.tail(space, LogKind.RUN, _LAST_LINES)]
    return [line for line in lines if not line.startswith("=====")]


def _run(machine: Machine, request: RunRequest) -> Container:
    try:
        return machine.run(request)
    except Exception as error:
        # A machine that is gone altogether will say so once more when it is asked to build.
        raise ImageUnusableError(str(error)) from error


def _wait_until_healthy(
    turn: Turn, container: Container, follower: threading.Thread, log: LogWriter
) -> None:
    parts, record = turn.parts, turn.record
    allowed = record.startup_seconds or DEFAULT_STARTUP_SECONDS
    deadline = time.monotonic() + allowed
    while True:
        turn.check()
        state = parts.machine.state(container.id)
        if state is None or not state.running:
            follower.join(_LOG_END_SECONDS)
            raise SettledError(
                Stage.RUNTIME_ERROR, exit_message(state, last_lines(parts, record.id))
            )
        if answers(container.host_port, own_address=container.own_address):
            return
        if time.monotonic() > deadline:
            message = f"Launch timed out, workload was not healthy after {_duration(allowed)}"
            log(message)
            raise SettledError(Stage.RUNTIME_ERROR, message)
        turn.pause()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(seconds, 60)
    return f"{minutes:g} min" if minutes and not rest else f"{seconds:g} s"
