"""What works on services, and how a piece of work learns that it is not wanted any more."""

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from sandbox.apps.serving import ServingApps
from sandbox.machine.contract import Machine
from sandbox.machine.inside_addresses import reachable_inside
from sandbox.render.deploys.git_source import GitSource
from sandbox.render.deploys.records import Deploy, Deploys, Status
from sandbox.render.env.groups import EnvGroups
from sandbox.render.env.variables import Kind, Variables
from sandbox.render.services.credentials import Credentials
from sandbox.render.services.disks import Disks
from sandbox.render.services.events import Events
from sandbox.render.services.logs import Logs, LogType, LogWriter
from sandbox.render.services.records import Service, Services
from sandbox.store.database import Database


class EndedError(Exception):
    """The deploy was canceled, or its service suspended or deleted: its work is dropped."""


class StoppingError(Exception):
    """The sandbox stops; the work stays recorded and is taken up at the next start."""


class FailedError(Exception):
    """A deploy, or a restart of its app, cannot succeed.

    Args:
        status: In which the deploy ends.
        message: For the log.
        failure: The event's `reason.failure`, without `evicted`.
    """

    def __init__(self, status: Status, message: str, failure: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status = status
        self.failure = {"evicted": False, **failure}


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Knobs of the sandbox's Render."""

    # What a deploy asked for while another runs does: wait for it, or cancel it.
    overlap: Literal["wait", "override"] = "wait"
    start_seconds: float = 15 * 60  # until a new instance must be healthy
    build_seconds: float = 120 * 60
    pre_deploy_seconds: float = 30 * 60
    parallel_builds: int = 2
    kept_images: int = 3  # of deploys that were live, for rollbacks; the live one's included
    # The platform lists all there ever were; here they end with the sandbox's disk.
    kept_deploys: int = 200  # that ended, of one service
    kept_events: int = 2000  # of one service
    poll_seconds: float = 0.2  # between two looks at a starting app
    settle_seconds: float = 3.0  # a background worker that ran for so long is taken for live
    notice_seconds: float = 5.0  # between two lines saying that no port is open yet
    watch_seconds: float = 1.0  # between two looks at running apps
    retry_seconds: float = 5.0  # until an app that cannot be started again is tried once more
    health_seconds: float = 5.0  # between two checks of a live instance
    unwell_seconds: float = 15.0  # of failing checks, after which nobody is led to it
    unwell_restart_seconds: float = 60.0  # of the same, after which it is restarted
    free_idle_seconds: float = 15 * 60  # without a visitor, after which the free plan sleeps
    drain_seconds: float = 0.5  # a replaced instance has to finish the requests it is answering


@dataclass(frozen=True)
class Instance:
    """What answers for a service."""

    deploy: str
    port: int  # on loopback
    container_id: str
    container: str  # its name
    follower: threading.Thread = field(compare=False)  # copies its output until it ends
    own_address: tuple[str, int] | None = None  # of the app in its container
    # Reached from outside of the container once it was live, the one of PORT first.
    ports: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a worker needs."""

    database: Database
    services: Services
    deploys: Deploys
    variables: Variables
    groups: EnvGroups
    disks: Disks
    events: Events
    logs: Logs
    credentials: Credentials
    source: GitSource
    serving: ServingApps[Instance]
    machine: Machine
    sandbox_ports: Callable[[], Collection[int]]  # of every public address and platform
    folder: Path  # of build contexts
    tuning: Tuning
    builds: threading.BoundedSemaphore
    hidden: Callable[[], Collection[str]]  # secrets besides a deploy's own that no log shows
    asleep: set[int] = field(default_factory=set[int])  # services that the next visitor wakes
    stopping: threading.Event = field(default_factory=threading.Event)

    def values_of(self, number: int, kind: Kind) -> dict[str, str]:
        """What a service is given now; what it has itself goes before what it is lent."""
        return {**self.groups.lent(number, kind), **dict(self.variables.all(number, kind))}

    def translate(self, values: Mapping[str, str]) -> dict[str, str]:
        """The values with this sandbox's loopback addresses made reachable from a container."""
        return reachable_inside(values, self.machine.inside_host, self.sandbox_ports())

    def logs_of(self, turn: "Turn", kind: LogType, instance: str = "") -> LogWriter:
        """Writes a deploy's lines, without the values nobody may read."""
        return LogWriter(self.logs, turn.service.number, kind, turn.masked(), instance)


class Turn:
    """One piece of work for one deploy of one service."""

    def __init__(
        self, parts: Parts, service: Service, deploy: Deploy, wanted: Callable[[], bool]
    ) -> None:
        """Takes what it works for; `wanted` says whether anybody still wants the result."""
        self.parts = parts
        self.service = service
        self.deploy = deploy
        self._wanted = wanted

    def check(self) -> None:
        """Raises EndedError or StoppingError when the work is not wanted any more."""
        if self.parts.stopping.is_set():
            raise StoppingError
        if not self._wanted():
            raise EndedError

    def pause(self) -> None:
        """Waits a moment between two looks, then checks."""
        self.parts.stopping.wait(self.parts.tuning.poll_seconds)
        self.check()

    def advance(self, **values: object) -> None:
        """Changes the deploy's row; raises EndedError if the deploy ended meanwhile."""
        changed = self.parts.deploys.advance(self.deploy, **values)
        if changed is None:
            raise EndedError
        self.deploy = changed

    def masked(self) -> list[str]:
        """The values that no log of this deploy shows, also as a container sees them."""
        frozen = self.deploy.frozen
        inside = self.parts.translate(frozen.variables)
        own = [*frozen.variables.values(), *inside.values(), *frozen.files.values()]
        return [*own, *self.parts.hidden()]
