"""Looks after running apps: those that end, those nobody uses, addresses that are not open."""

import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass

from sandbox.hub.spaces.hardware import DEFAULT_FLAVOR, FREE_SLEEP_SECONDS
from sandbox.hub.spaces.records import SpaceRecord
from sandbox.hub.spaces.running.app_start import exit_message, last_lines
from sandbox.hub.spaces.running.serving import Serving
from sandbox.hub.spaces.running.turn import Parts
from sandbox.hub.spaces.stages import WITHOUT_OLD, Stage, Wanted
from sandbox.machine.contract import ContainerState

_LOG_END_SECONDS = 2.0  # how long the last lines of an ended container may take to arrive


def sleep_after(record: SpaceRecord) -> int | None:
    """Seconds without a visitor after which the Space sleeps; None for never."""
    if record.hardware == DEFAULT_FLAVOR:
        return FREE_SLEEP_SECONDS  # fixed: a sleep time needs paid hardware
    if record.sleep_seconds is None or record.sleep_seconds < 0:
        return None
    return record.sleep_seconds


@dataclass(frozen=True)
class Watch:
    """Looks at all running apps, whenever it is asked to."""

    parts: Parts
    _: KW_ONLY
    idle_seconds: Callable[[int], float]
    put_to_sleep: Callable[[int, Serving], None]
    open_addresses: Callable[[], None]

    def look(self) -> None:
        """Looks once."""
        self.open_addresses()
        for space, app in self.parts.serving.all().items():
            self._look_at(space, app)

    def _look_at(self, space: int, app: Serving) -> None:
        if app.container_id is not None:
            state = self.parts.machine.state(app.container_id)
            if state is None or not state.running:
                self._ended(space, app, state)
                return
        record = self.parts.records.get(space)
        if record is None or record.static or record.stage is not Stage.RUNNING:
            return
        allowed = sleep_after(record)
        # A new version has its whole time, however long ago the former one was visited.
        idle = min(self.idle_seconds(space), time.monotonic() - app.since)
        if allowed is not None and idle > allowed:
            self.put_to_sleep(space, app)

    def _ended(self, space: int, app: Serving, state: ContainerState | None) -> None:
        """An app that nobody asked to end did: RUNTIME_ERROR, unless a new one is on its way."""
        if self.parts.stopping.is_set() or not self.parts.serving.take(space, app):
            return
        if app.follower is not None:
            app.follower.join(_LOG_END_SECONDS)
        message = exit_message(state, last_lines(self.parts, space))

        def change(record: SpaceRecord) -> dict[str, object] | None:
            if record.container != app.container:
                return None
            gone: dict[str, object] = {"container": None, "sha": None}
            if record.stage is Stage.RUNNING and record.wanted is Wanted.NOTHING:
                return gone | {"stage": Stage.RUNTIME_ERROR, "error": message}
            return gone | {"stage": WITHOUT_OLD.get(record.stage, record.stage)}

        self.parts.records.request(space, change, supersede=False)
        if app.container is not None:
            self.parts.machine.remove(app.container)
