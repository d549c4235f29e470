"""The Postgres databases of one sandbox's Render: real servers, their addresses and their life."""

import logging
import secrets
import string
import threading
from collections.abc import Collection, Mapping
from typing import Any

from sandbox.apps.addresses import AddressBook, AddressUnavailableError
from sandbox.apps.life import Life, remove_all
from sandbox.apps.serving import ServingApps
from sandbox.apps.unavailable import Unavailable
from sandbox.apps.upstream import Upstream
from sandbox.apps.visitor import Visitor
from sandbox.machine.contract import Machine
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
        self._life = Life(
            "database",
            work=self._worker.work,
            look=self._look,
            stopping=self._stopping,
            seconds=tuning.watch_seconds,
        )

    # --- what the API says; those that take an id raise NotFoundError

    def create(self, body: Mapping[str, Any]) -> PostgresRecord:
        """A new database; it becomes available later."""
        owner = self._account.owner_of_new(body.get("ownerId"))
        require_containers(self._machine)
        wish = specification.created(body, owner, self._why_not)
        record = self.records.add(wish, _new_password())
        self._open(record)
        self._life.wake(record.number)
        return record

    def find(self, identifier: str) -> PostgresRecord:
        """The database of that id."""
        return self.records.find(identifier)

    def change(self, identifier: str, body: Mapping[str, Any]) -> PostgresRecord:
        """Other settings; another plan starts the server afresh."""
        record = self.find(identifier)
        changed = self.records.change(record, **specification.patched(record, body))
        self._life.wake(record.number)
        return changed

    def delete(self, identifier: str) -> None:
        """The database is gone: its name and address at once, its data soon."""
        record = self.find(identifier)
        self.records.mark_deleted(record.number)
        self._addresses.close(address_owner(record))
        self._life.wake(record.number)

    def suspend(self, identifier: str) -> None:
        """Ends the server and keeps the data."""
        record = self.find(identifier)
        self.records.change(record, suspended=1)
        self._life.wake(record.number)

    def resume(self, identifier: str) -> None:
        """Starts a suspended database again."""
        record = self.find(identifier)
        self.records.change(record, suspended=0)
        self._life.wake(record.number)

    def restart(self, identifier: str) -> None:
        """Starts the server afresh; sessions end."""
        record = self.find(identifier)
        if record.suspended:
            raise BadRequestError("cannot restart suspended database")
        if record.phase is Phase.RUNNING:
            self.records.change(record, phase=Phase.RESTART)
        self._life.wake(record.number)

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
            self._life.wake(record.number)
        self._life.watch()

    def stop(self, *, containers: bool) -> None:
        """Ends workers, watch and addresses, and (`containers`) the servers; data stay."""
        self._life.stop()
        records = self.records.all()
        for record in records:
            self._addresses.close(address_owner(record))
        served = [each for each in records if self._serving.swap(each.number, None) is not None]
        if containers:
            remove_all(self._machine, map(container_of, served))

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

    def _look(self) -> None:
        for number, running in self._serving.all().items():
            state = self._machine.state(running.container.id)
            if state is None or not state.running:
                self._serving.take(number, running)
        for record in self.records.all(deleted=True):
            if not record.deleted and not self._addresses.is_open(address_owner(record)):
                self._open(record)
            if record.deleted or self._worker.is_due(record):
                self._life.wake(record.number)

    def _forget(self, record: PostgresRecord) -> None:
        self._addresses.close(address_owner(record), forget=True)
        self.records.forget(record.number)


def address_owner(record: PostgresRecord) -> str:
    """The name under which the address book keeps a database's port."""
    return f"render-postgres:{record.number}"


def _new_password() -> str:
    letters = string.ascii_letters + string.digits  # as recorded; nothing that an address escapes
    return "".join(secrets.choice(letters) for _ in range(_PASSWORD_LENGTH))
