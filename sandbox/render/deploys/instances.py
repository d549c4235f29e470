"""From an image to an instance that serves, or to the reason why it does not."""

import secrets
import shlex
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus

from sandbox.apps.health import listens, status_of
from sandbox.machine.contract import (
    Container,
    ContainerState,
    MachineUnavailableError,
    OpenPort,
    RunRequest,
)
from sandbox.render.deploys.records import Status
from sandbox.render.deploys.turn import FailedError, Instance, Parts, Turn
from sandbox.render.env.environment import SECRET_FILES, app_port, platform_variables
from sandbox.render.services.disks import GB
from sandbox.render.services.logs import LogType, LogWriter
from sandbox.render.services.plans import DEFAULT_PLAN, PLANS
from sandbox.render.services.private_network import private_network
from sandbox.render.services.settings import Settings

CONTAINER_PREFIX = "render-app-"  # of the names of all containers of services
_LOG_END_SECONDS = 2.0  # how long the last lines of an ended container may take to arrive
_HELP = "Common ways to troubleshoot your deploy: https://render.com/docs/troubleshooting-deploys"


def start_instance(turn: Turn, image: str, *, url: str) -> Instance:
    """Runs the image and waits until it is healthy; what serves meanwhile is not touched.

    Raises:
        FailedError: it ended, or was not healthy in time; its container is removed.
        EndedError, StoppingError: nobody wants it any more; its container is removed.
    """
    settings = turn.deploy.frozen.settings
    command = shlex.split(settings.docker_command) if settings.docker_command else None
    name, log, request = _prepare(turn, image, command, url)
    disk, volumes = turn.parts.disks.of(turn.service.number), turn.deploy.frozen.volumes
    sizes = {disk.id: disk.size_gb * GB} if disk is not None and disk.id in volumes else {}
    # Not for pre-deploy commands.
    request = replace(request, volumes=volumes, volume_bytes=sizes)
    try:
        container, follower = _run(turn, request, log)
        if request.port is None:
            _wait_until_settled(turn, container, follower, log)
        else:
            _wait_until_healthy(turn, container, follower, log, request.port)
        ports = _reached(turn, container, request.port)
    except BaseException:
        turn.parts.machine.remove(name)
        raise
    if settings.num_instances > 1:
        log.say(one_instance(settings))
    log.say("Your service is live")
    if url:
        log.say(f"Available at your primary URL {url}")
    ways = (container.host_port, container.id, name, follower, container.own_address, ports)
    return Instance(turn.deploy.id, *ways)


def one_instance(settings: Settings) -> str:
    """What is said of a service that wants several instances."""
    return f"The sandbox runs one of {settings.num_instances} instances"


def run_pre_deploy(turn: Turn, image: str, *, url: str) -> None:
    """Runs the pre-deploy command in a container of its own, to its end.

    Raises:
        FailedError: pre_deploy_failed.
        EndedError, StoppingError: nobody wants it any more.
    """
    command = turn.deploy.frozen.settings.pre_deploy_command
    name, log, request = _prepare(turn, image, ("/bin/sh", "-c", command), url)
    log.say(f"Starting pre-deploy: {command}")
    deadline = time.monotonic() + turn.parts.tuning.pre_deploy_seconds
    try:
        container, follower = _run(turn, request, log)
        while True:
            state = turn.parts.machine.state(container.id)
            if state is None or not state.running:
                break
            if time.monotonic() > deadline:
                log.complain("Pre-deploy timed out")
                reason = {"timedOutSeconds": int(turn.parts.tuning.pre_deploy_seconds)}
                raise FailedError(Status.PRE_DEPLOY_FAILED, "pre-deploy timed out", reason)
            turn.pause()
        follower.join(_LOG_END_SECONDS)
        if state is None or state.exit_code != 0:
            raise _ended(turn, state, log, Status.PRE_DEPLOY_FAILED)
        log.say("Pre-deploy complete!")
    finally:
        turn.parts.machine.remove(name)


def remove_instance(parts: Parts, instance: Instance | None, *, drain: bool = False) -> None:
    """Ends what no longer serves, `drain`: once it had time to finish what it is answering."""
    if instance is not None:
        if drain:
            parts.stopping.wait(parts.tuning.drain_seconds)
        parts.machine.remove(instance.container)


def failure_of(state: ContainerState | None, plan: str) -> tuple[str, dict[str, object]]:
    """Why an app ended: for the log, and as an event's `reason` has it."""
    if state is None:
        return "The instance is gone", {"evicted": True, "evictionReason": "container removed"}
    if state.ended_because:
        return state.ended_because, {"evicted": True, "evictionReason": state.ended_because}
    if state.out_of_memory:
        memory = PLANS[plan].memory_text
        return (
            f"Out of memory (used over {memory})",
            {"evicted": False, "oomKilled": {"memoryLimit": memory}},
        )
    if state.exit_code == 0:
        return "Application exited early", {"evicted": False, "earlyExit": True}
    code = state.exit_code or 0
    return f"Exited with status {code}", {"evicted": False, "nonZeroExit": code}


def _prepare(
    turn: Turn, image: str, command: Sequence[str] | None, url: str
) -> tuple[str, LogWriter, RunRequest]:
    """A fresh container's name, noted before it exists; its log; what the machine is asked for."""
    service, deploy, parts = turn.service, turn.deploy, turn.parts
    settings, tail = deploy.frozen.settings, secrets.token_hex(3)
    name = f"{CONTAINER_PREFIX}{service.slug}-{deploy.id.removeprefix('dep-')[:8]}-{tail}"
    instance = f"{service.id}-{tail}"
    parts.services.set(service.number, candidate=name)
    log = parts.logs_of(turn, LogType.APP, instance)
    port = app_port(deploy.frozen.variables) if settings.listens else None
    # Of a static site that is the program of ours which serves its files.
    cpus, memory = PLANS[DEFAULT_PLAN if settings.static else settings.plan].limits()
    env = {} if settings.static else parts.translate(deploy.frozen.variables)
    env |= platform_variables(service, deploy, url=url, instance=instance)
    if port is not None:
        env["PORT"] = str(port)
    files = {} if settings.static else deploy.frozen.files
    network = private_network(service.owner, settings.region, service.slug)
    request = RunRequest(
        name=name,
        image=image,
        port=port,
        env=env,
        memory_bytes=memory,
        cpus=cpus,
        command=command,
        files={f"{SECRET_FILES}/{each}": content for each, content in files.items()},
        private_network=None if settings.static else network,
        stop_seconds=settings.max_shutdown_delay_seconds,
    )
    return name, log, request


def _run(turn: Turn, request: RunRequest, log: LogWriter) -> tuple[Container, threading.Thread]:
    machine = turn.parts.machine
    turn.check()
    try:
        container = machine.run(request)
    except MachineUnavailableError as error:
        log.complain(str(error))
        raise FailedError(Status.UPDATE_FAILED, str(error), {"unhealthy": str(error)}) from error
    follower = threading.Thread(
        target=machine.follow_logs, args=(container.id, log), name="render-log", daemon=True
    )
    follower.start()
    return container, follower


def _wait_until_healthy(
    turn: Turn, container: Container, follower: threading.Thread, log: LogWriter, port: int
) -> None:
    tuning, path = turn.parts.tuning, turn.deploy.frozen.settings.health_check_path
    host_port, own_address = container.host_port, container.own_address
    started = noticed = time.monotonic()
    open_port, status = False, None
    while True:
        turn.check()
        state = turn.parts.machine.state(container.id)
        if state is None or not state.running:
            follower.join(_LOG_END_SECONDS)
            raise _ended(turn, state, log, Status.UPDATE_FAILED)
        if path and not turn.deploy.frozen.settings.static:
            status = status_of(host_port, path, own_address=own_address)
            open_port = (
                open_port or status is not None or listens(host_port, own_address=own_address)
            )
            if status is not None and HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST:
                return
        elif listens(host_port, own_address=own_address):
            return
        moment = time.monotonic()
        if moment - started > tuning.start_seconds:
            others = () if open_port else turn.parts.machine.open_ports(container.id)
            raise _unhealthy(turn, log, port, open_port=open_port, status=status, others=others)
        if not open_port and moment - noticed > tuning.notice_seconds:
            noticed = moment
            log.say("No open ports detected, continuing to scan...")
        turn.pause()


def _reached(turn: Turn, container: Container, port: int | None) -> tuple[int, ...]:
    """The ports of a live instance: the one that it was asked on, and what it opened besides."""
    if port is None:
        return ()
    seen: Sequence[OpenPort] = ()
    with suppress(MachineUnavailableError):
        seen = turn.parts.machine.open_ports(container.id)
    others = {each.number for each in seen if not each.only_inside} - {port}
    return (port, *sorted(others))


def _wait_until_settled(
    turn: Turn, container: Container, follower: threading.Thread, log: LogWriter
) -> None:
    """Waits until a program that answers nobody has run for a while."""
    settled = time.monotonic() + turn.parts.tuning.settle_seconds
    while time.monotonic() < settled:
        turn.pause()
        state = turn.parts.machine.state(container.id)
        if state is None or not state.running:
            follower.join(_LOG_END_SECONDS)
            raise _ended(turn, state, log, Status.UPDATE_FAILED)


def _unhealthy(
    turn: Turn,
    log: LogWriter,
    port: int,
    *,
    open_port: bool,
    status: int | None,
    others: Sequence[OpenPort],
) -> FailedError:
    seconds = int(turn.parts.tuning.start_seconds)
    if not open_port:
        message = (
            f"Port scan timeout reached, No open ports detected on 0.0.0.0:{port}."
            f"{_elsewhere(others)} Bind your service to the port in its PORT environment variable."
        )
    else:
        path = turn.deploy.frozen.settings.health_check_path
        answer = "no answer" if status is None else f"status {status}"
        message = (
            "Timed out after waiting for internal health check to return a successful response"
            f" code at: 0.0.0.0:{port} {path} (last: {answer})"
        )
    log.complain(message)
    log.say(_HELP)
    reason = {"timedOutSeconds": seconds, "timedOutReason": message}
    return FailedError(Status.UPDATE_FAILED, message, reason)


def _elsewhere(ports: Sequence[OpenPort]) -> str:
    """Where something listens instead: on other ports, or on the container's own loopback."""
    inside = [str(each.number) for each in ports if each.only_inside]
    outside = [str(each.number) for each in ports if not each.only_inside]
    said = f" Detected open ports: {', '.join(outside)}." if outside else ""
    if inside:
        said += (
            f" Detected open ports on localhost: {', '.join(inside)} -- did you mean to bind one of"
            " these to 0.0.0.0?"
        )
    return said


def _ended(turn: Turn, state: ContainerState | None, log: LogWriter, status: Status) -> FailedError:
    message, failure = failure_of(state, turn.deploy.frozen.settings.plan)
    log.complain(message)
    log.say(_HELP)
    return FailedError(status, message, failure)
