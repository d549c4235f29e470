"""One worker's turn at one Space: what it works with, and when it has to let go."""

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from sandbox.apps.serving import ServingApps
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.spaces.environment import Surroundings
from sandbox.hub.spaces.faults import SpaceFaults
from sandbox.hub.spaces.records import SpaceRecord, SpaceRecords
from sandbox.hub.spaces.running.logs import SpaceLogs
from sandbox.hub.spaces.running.serving import Serving
from sandbox.hub.spaces.settings import Kind, SpaceSettings
from sandbox.hub.spaces.stages import Stage, Wanted
from sandbox.machine.contract import Machine, MachineUnavailableError

_LOG = logging.getLogger(__name__)


class SupersededError(Exception):
    """A newer request came; whatever was done for the older one is dropped."""


class StoppingError(Exception):
    """The sandbox stops; the task stays recorded and is taken up at the next start."""


class SettledError(Exception):
    """The Space cannot run; it settles in this stage with this `errorMessage`."""

    def __init__(self, stage: Stage, message: str | None = None) -> None:
        super().__init__(stage)
        self.stage = stage
        self.message = message


@dataclass(frozen=True, kw_only=True)
class Tuning:
    """Knobs of the sandbox's Spaces."""

    # Whether a changed secret, variable or hardware runs the build again; the Hub's docs promise a
    # restart only, whether build arguments are renewed is unknown.
    config_change: Literal["restart", "rebuild"] = "restart"
    parallel_builds: int = 2
    # The Hub ends endless builds too, but says nowhere when; this is what Render says of its own.
    build_seconds: float = 120 * 60
    poll_seconds: float = 0.2  # between two looks at a starting app
    watch_seconds: float = 1.0  # between two looks at running apps: exits, sleep
    drain_seconds: float = 0.5  # a replaced version has to finish the requests it is answering


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything a worker needs."""

    records: SpaceRecords
    settings: SpaceSettings
    logs: SpaceLogs
    faults: SpaceFaults
    serving: ServingApps[Serving]
    machine: Machine
    reader: SpaceReader
    surroundings: Surroundings
    folder: Path  # build contexts and the files of static Spaces
    tuning: Tuning
    builds: threading.BoundedSemaphore
    stopping: threading.Event = field(default_factory=threading.Event)
    # Of each Space, what copies the output of its newest container into the run log.
    followers: dict[int, threading.Thread] = field(default_factory=dict)

    def follows(self, space: int) -> bool:
        """Whether lines of the Space's newest container may still come, perhaps after its end."""
        follower = self.followers.get(space)
        return follower is not None and follower.is_alive()


class Turn:
    """A request being worked on. Every step asks whether it still is the newest one."""

    def __init__(self, parts: Parts, record: SpaceRecord) -> None:
        self.parts = parts
        self.record = record

    def check(self) -> None:
        """Raises SupersededError or StoppingError when the work is not wanted any more."""
        if self.parts.stopping.is_set():
            raise StoppingError
        if not self.parts.records.is_turn(self.record.id, self.record.turn):
            raise SupersededError

    def pause(self) -> None:
        """Waits a moment between two looks, then checks."""
        self.parts.stopping.wait(self.parts.tuning.poll_seconds)
        self.check()

    def advance(self, **values: object) -> None:
        """Changes the row; raises SupersededError if a newer request came."""
        if not self.parts.records.advance(self.record.id, self.record.turn, **values):
            raise SupersededError
        self.record = self.record.changed(**values)

    def secrets(self) -> dict[str, str]:
        """The Space's secrets with their values."""
        return self.parts.settings.values(self.record.id, Kind.SECRET)

    def variables(self) -> dict[str, str]:
        """The Space's variables."""
        return self.parts.settings.values(self.record.id, Kind.VARIABLE)

    def old_serves(self) -> bool:
        """Whether a former version still answers at the Space's address."""
        return self.parts.serving.get(self.record.id) is not None

    def serve(self, new: Serving, **values: object) -> Serving | None:
        """Switches the address to `new` and marks the Space RUNNING; returns the old version."""
        old = self.parts.serving.swap(self.record.id, new)
        try:
            self.advance(
                stage=Stage.RUNNING,
                error=None,
                wanted=Wanted.NOTHING,
                no_cache=False,
                container=new.container,
                **values,
            )
        except SupersededError:
            self.parts.serving.swap(self.record.id, old)
            raise
        return old

    def settle(self, stage: Stage, message: str | None) -> None:
        """Ends the turn in a stage in which nothing serves.

        That a failed build or start ends the old version too is our reading of the Hub: `sha` (the
        commit being served) is observed in RUNNING and RUNNING_* only, and these stages are none.
        """
        container = self.record.container
        self.advance(
            stage=stage,
            error=message,
            wanted=Wanted.NOTHING,
            no_cache=False,
            container=None,
            sha=None,
        )
        self.drop_old(container)

    def drop_old(self, container: str | None) -> None:
        """Ends what serves, and `container`, which the row names although it may serve no more."""
        old = self.parts.serving.swap(self.record.id, None)
        self.end(old)
        if container is not None and (old is None or old.container != container):
            self.end(Serving(port=0, container=container))

    def replace(self, old: Serving | None) -> None:
        """Removes a version that another one took over from, once it had time to finish."""
        if old is not None:
            self.parts.stopping.wait(self.parts.tuning.drain_seconds)
            self.end(old)

    def end(self, old: Serving | None) -> None:
        """Removes a version that no longer serves."""
        if old is None:
            return
        if old.site is not None:
            old.site.close()
        if old.container is not None:
            try:
                self.parts.machine.remove(old.container)
            except MachineUnavailableError as error:
                # Its name is one of two: the next version that takes it replaces it.
                _LOG.warning("container %s is left over: %s", old.container, error)


def other_slot(base_name: str, current: str | None, separator: str) -> str:
    """The free one of a Space's two names, for a version that must live beside the current one.

    With two fixed names nothing is ever left behind under a name that is not known: a crashed
    sandbox finds both, and running or building under a name replaces what had it.
    """
    first, second = f"{base_name}{separator}a", f"{base_name}{separator}b"
    return second if current == first else first
