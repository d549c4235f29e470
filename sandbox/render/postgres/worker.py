"""Does what a database's row says is still to be done, one thing after the other."""

import logging
import time
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field

from sandbox.apps.serving import ServingApps
from sandbox.machine.contract import Container, Machine, MachineUnavailableError
from sandbox.machine.postgres_probe import takes_sessions
from sandbox.render.deploys.turn import StoppingError, Tuning
from sandbox.render.postgres import server
from sandbox.render.postgres.records import Phase, PostgresRecord, PostgresRecords

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunningServer:
    """What answers for a database."""

    container: Container
    plan: str  # with whose limits it was started


class _UnwantedError(Exception):
    """Something else was asked of the database meanwhile."""


@dataclass(frozen=True)
class PostgresWorker:
    """Works for one database at a time per thread."""

    records: PostgresRecords  # the rows
    machine: Machine  # runs the servers
    serving: ServingApps[RunningServer]  # who takes sessions right now
    _: KW_ONLY
    tuning: Tuning  # knobs
    pause: Callable[[float], bool]  # waits that many seconds; True if the sandbox stops
    forget: Callable[[PostgresRecord], None]  # of a deleted one that has nothing left that runs
    # Databases that could not be started.
    _retry_at: dict[int, float] = field(default_factory=dict[int, float], init=False)

    def work(self, number: int) -> None:
        """Works until nothing is to be done for this database, or the sandbox stops."""
        while not self.pause(0):
            record = self.records.get(number)
            if record is None:
                return
            try:
                if record.deleted:
                    self._delete(record)
                    return
                if record.suspended:
                    self._end(record)
                    return
                if not self.is_due(record):
                    return
                self._start(record)
            except _UnwantedError:
                continue
            except StoppingError:
                return
            except MachineUnavailableError as error:
                self._retry_at[number] = time.monotonic() + self.tuning.retry_seconds
                _LOG.warning("database %s: %s", record.id, error)
                return

    def is_due(self, record: PostgresRecord) -> bool:
        """Whether nothing serves, or something that is to be started afresh, and it may start."""
        if record.suspended or record.deleted:
            return False
        if record.phase is Phase.RUNNING and self.serving.get(record.number) is not None:
            return False
        return time.monotonic() >= self._retry_at.get(record.number, 0)

    def _start(self, record: PostgresRecord) -> None:
        name = server.container_of(record)
        container = None
        if record.phase is Phase.RUNNING:
            container = self.machine.find(name)  # outlived a killed sandbox
        else:
            self._end(record)
        if record.phase is Phase.CREATING:
            # What a start that was cut short left in it may be half a cluster.
            self.machine.remove_volume(server.volume_of(record))
        if container is None:
            container = server.start(self.machine, record)
        try:
            self._wait(record, container)
        except BaseException:
            self.machine.remove(name)
            raise
        self._retry_at.pop(record.number, None)
        self.serving.swap(record.number, RunningServer(container, record.plan))
        self.records.done(record)

    def _wait(self, record: PostgresRecord, container: Container) -> None:
        """Waits until the server takes sessions."""
        deadline = time.monotonic() + self.tuning.start_seconds
        port, user, database = container.host_port, record.database_user, record.database_name
        while not takes_sessions(port, user, database):
            if self.pause(self.tuning.poll_seconds):
                raise StoppingError
            now = self.records.get(record.number)
            if now is None or now.deleted or now.suspended:
                raise _UnwantedError
            state = self.machine.state(container.id)
            if state is None or not state.running:
                code = None if state is None else state.exit_code
                raise MachineUnavailableError(f"its server ended with code {code} as it started")
            if time.monotonic() > deadline:
                raise MachineUnavailableError("its server took no sessions in time")

    def _end(self, record: PostgresRecord) -> None:
        """Ends what runs; the data stay."""
        self.serving.swap(record.number, None)
        self.machine.remove(server.container_of(record))

    def _delete(self, record: PostgresRecord) -> None:
        self._end(record)
        self.machine.remove_volume(server.volume_of(record))
        self._retry_at.pop(record.number, None)
        self.forget(record)
        if all(each.version != record.version for each in self.records.all(deleted=True)):
            self.machine.remove_image(server.image_of(record.version))
