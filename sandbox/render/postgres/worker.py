"""Does what a database's row says is still to be done, one thing after the other."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

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


class PostgresWorker:
    """Works for one database at a time per thread."""

    def __init__(
        self,
        records: PostgresRecords,
        machine: Machine,
        serving: ServingApps[RunningServer],
        *,
        tuning: Tuning,
        pause: Callable[[float], bool],
        forget: Callable[[PostgresRecord], None],
    ) -> None:
        """Takes what it works with.

        Args:
            records: the rows.
            machine: runs the servers.
            serving: who takes sessions right now.
            tuning: knobs.
            pause: waits that many seconds; True if the sandbox stops.
            forget: called when a deleted database has nothing left that runs.
        """
        self._records = records
        self._machine = machine
        self._serving = serving
        self._tuning = tuning
        self._pause = pause
        self._forget = forget
        self._retry_at: dict[int, float] = {}  # databases that could not be started

    def work(self, number: int) -> None:
        """Works until nothing is to be done for this database, or the sandbox stops."""
        while not self._pause(0):
            record = self._records.get(number)
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
                self._retry_at[number] = time.monotonic() + self._tuning.retry_seconds
                _LOG.warning("database %s: %s", record.id, error)
                return

    def is_due(self, record: PostgresRecord) -> bool:
        """Whether nothing serves, or something that is to be started afresh, and it may start."""
        if record.suspended or record.deleted:
            return False
        if record.phase is Phase.RUNNING and self._serving.get(record.number) is not None:
            return False
        return time.monotonic() >= self._retry_at.get(record.number, 0)

    def _start(self, record: PostgresRecord) -> None:
        name = server.container_of(record)
        container = None
        if record.phase is Phase.RUNNING:
            container = self._machine.find(name)  # outlived a killed sandbox
        else:
            self._end(record)
        if record.phase is Phase.CREATING:
            # What a start that was cut short left in it may be half a cluster.
            self._machine.remove_volume(server.volume_of(record))
        if container is None:
            container = server.start(self._machine, record)
        try:
            self._wait(record, container)
        except BaseException:
            self._machine.remove(name)
            raise
        self._retry_at.pop(record.number, None)
        self._serving.swap(record.number, RunningServer(container, record.plan))
        self._records.done(record)

    def _wait(self, record: PostgresRecord, container: Container) -> None:
        """Waits until the server takes sessions."""
        deadline = time.monotonic() + self._tuning.start_seconds
        port, user, database = container.host_port, record.database_user, record.database_name
        while not takes_sessions(port, user, database):
            if self._pause(self._tuning.poll_seconds):
                raise StoppingError
            now = self._records.get(record.number)
            if now is None or now.deleted or now.suspended:
                raise _UnwantedError
            state = self._machine.state(container.id)
            if state is None or not state.running:
                code = None if state is None else state.exit_code
                raise MachineUnavailableError(f"its server ended with code {code} as it started")
            if time.monotonic() > deadline:
                raise MachineUnavailableError("its server took no sessions in time")

    def _end(self, record: PostgresRecord) -> None:
        """Ends what runs; the data stay."""
        self._serving.swap(record.number, None)
        self._machine.remove(server.container_of(record))

    def _delete(self, record: PostgresRecord) -> None:
        self._end(record)
        self._machine.remove_volume(server.volume_of(record))
        self._retry_at.pop(record.number, None)
        self._forget(record)
        if all(each.version != record.version for each in self._records.all(deleted=True)):
            self._machine.remove_image(server.image_of(record.version))
