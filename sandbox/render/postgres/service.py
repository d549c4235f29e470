"""The Postgres databases of one sandbox's Render: real servers, their addresses and their life."""

import logging
import secrets
import string
import threading
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from sandbox.apps.addresses import AddressBook, AddressUnavailableError
from sandbox.apps.serving import ServingApps
from sandbox.apps.unavailable import Unavailable
from sandbox.apps.upstream import Upstream
from sandbox.apps.visitor import Visitor
from sandbox.apps.workers import Workers
from sandbox.machine.contract import Machine, MachineUnavailableError
from sandbox.machine.no_machine import require_containers
from sandbox.render.deploys.turn import Tuning
from sandbox.render.http.account import Account
from sandbox.render.http.errors import BadRequestError
from sandbox.render.postgres import specification
from sandbox.render.postgres.records import Phase, PostgresRecord, PostgresRecords
from sandbox.render.postgres.server import container_of, reference_of
from sandbox.render.postgres.worker import PostgresWorker, RunningServer
from sandbox.store.database import Database

_LOG = logging.getLogger(__name__)
_STOP_SECONDS = 15.0  # a worker may be in the middle of a call to the machine
_PARALLEL_REMOVALS = 8
_PASSWORD_LENGTH = 32
_SLEEPS = Unavailable(title="The database takes no connections", remedy="")


class PostgresService:
    """All databases. Thread-safe; knows no HTTP."""

    def __init__(
        self,
        database: Database,
        account: Account,
        machine: Machine,
        addresses: AddressBook,
        tuning: Tuning,
    ) -> None:
        """Takes what the databases are made with; see `RenderService`."""
        self.records = PostgresRecords(database)
        self._account = account
        self._machine = machine
        self._addresses = addresses
        self._tuning = tuning
        self._stopping = threading.Event()
        self._serving: ServingApps[RunningServer] = ServingApps()
        self._worker = PostgresWorker(
            self.records,
            machine,
            self._serving,
            tuning=tuning,
            pause=self._stopping.wait,
            forget=self._forget,
        )
        self._workers = Workers(self._worker.work, "database")
        self._watch = threading.Thread(target=self._look_around, name="database-watch", daemon=True)
        self._started = False

    # --- what the API says; those that take an id raise NotFoundError

    def create(self, body: Mapping[str, Any]) -> PostgresRecord:
        """A new database; it becomes available later."""
        owner = self._account.owner_of_new(body.get("ownerId"))
        require_containers(self._machine)
        wish = specification.created(body, owner, self._why_not)
        record = self.records.add(wish, _new_password())
        self._open(record)
        self._workers.wake(record.number)
        return record

    def find(self, identifier: str) -> PostgresRecord:
        """The database of that id."""
        return self.records.find(identifier)

    def change(self, identifier: str, body: Mapping[str, Any]) -> PostgresRecord:
        """Other settings; another plan starts the server afresh."""
        record = self.find(identifier)
        changed = self.records.change(record, **specification.patched(record, body))
        self._workers.wake(record.number)
        return changed

    def delete(self, identifier: str) -> None:
        """The database is gone: its name and address at once, its data soon."""
        record = self.find(identifier)
        self.records.mark_deleted(record.number)
        self._addresses.close(address_owner(record))
        self._workers.wake(record.number)

    def suspend(self, identifier: str) -> None:
        """Ends the server and keeps the data."""
        record = self.find(identifier)
        self.records.change(record, suspended=1)
        self._workers.wake(record.number)

    def resume(self, identifier: str) -> None:
        """Starts a suspended database again."""
        record = self.find(identifier)
        self.records.change(record, suspended=0)
        self._workers.wake(record.number)

    def restart(self, identifier: str) -> None:
        """Starts the server afresh; sessions end."""
        record = self.find(identifier)
        if record.suspended:
            raise BadRequestError("cannot restart suspended database")
        if record.phase is Phase.RUNNING:
            self.records.change(record, phase=Phase.RESTART)
        self._workers.wake(record.number)

    def status(self, record: PostgresRecord) -> str:
        """The status, in the API's words."""
        if record.suspended:
            return "suspended"
        if record.phase is not Phase.RUNNING:
            return record.phase
        return "unavailable" if self._serving.get(record.number) is None else "available"

    def port(self, record: PostgresRecord) -> int:
        """The loopback port under which this computer reaches the database."""
        return self._addresses.port(address_owner(record)) or 0

    def passwords(self) -> Collection[str]:
        """What no log of a service shows: apps are given them, and may print them."""
        return [record.password for record in self.records.all()]

    # --- the sandbox's own life

    def start(self) -> None:
        """Starts what is to run, with the data and under the addresses of before."""
        for record in self.records.all(deleted=True):
            if not record.deleted:
                self._open(record)
            self._workers.wake(record.number)
        self._watch.start()
        self._started = True

    def stop(self, *, containers: bool) -> None:
        """Ends workers, watch and addresses, and (`containers`) the servers; data stay."""
        self._stopping.set()
        self._workers.close(_STOP_SECONDS)
        if self._started:
            self._watch.join()
        records = self.records.all()
        for record in records:
            self._addresses.close(address_owner(record))
        served = [each for each in records if self._serving.swap(each.number, None) is not None]
        if containers and served:
            with ThreadPoolExecutor(_PARALLEL_REMOVALS) as pool:
                list(pool.map(self._remove, served))

    def _remove(self, record: PostgresRecord) -> None:
        try:
            self._machine.remove(container_of(record))
        except MachineUnavailableError as error:
            _LOG.warning("container of database %s is left over: %s", record.id, error)

    def _why_not(self, version: str) -> str | None:
        return self._machine.why_not(reference_of(version))

    def _open(self, record: PostgresRecord) -> None:
        number = record.number
        try:
            self._addresses.open(
                address_owner(record), lambda visitor: self._lead(number, visitor), http=False
            )
        except AddressUnavailableError as error:
            _LOG.warning("database %s has no address: %s", record.id, error)

    def _lead(self, number: int, visitor: Visitor) -> Upstream | Unavailable:
        record, running = self.records.get(number), self._serving.get(number)
        if record is None or running is None or not specification.admits(record, visitor.peer):
            return _SLEEPS
        return Upstream(running.container.host_port, running.container.own_address)

    def _look_around(self) -> None:
        while not self._stopping.wait(self._tuning.watch_seconds):
            try:
                for number, running in self._serving.all().items():
                    state = self._machine.state(running.container.id)
                    if state is None or not state.running:
                        self._serving.take(number, running)
                for record in self.records.all(deleted=True):
                    if not record.deleted and not self._addresses.is_open(address_owner(record)):
                        self._open(record)
                    if record.deleted or self._worker.is_due(record):
                        self._workers.wake(record.number)
            except MachineUnavailableError as error:
                _LOG.warning("running databases cannot be looked at: %s", error)
            except Exception:  # noqa: BLE001 - one failing look must not end the later ones
                _LOG.exception("a look at the running databases failed")

    def _forget(self, record: PostgresRecord) -> None:
        self._addresses.close(address_owner(record), forget=True)
        self.records.forget(record.number)


def address_owner(record: PostgresRecord) -> str:
    """The name under which the address book keeps a database's port."""
    return f"render-postgres:{record.number}"


def _new_password() -> str:
    letters = string.ascii_letters + string.digits  # as recorded; nothing that an address escapes
    return "".join(secrets.choice(letters) for _ in range(_PASSWORD_LENGTH))
