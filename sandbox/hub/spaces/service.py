"""The Spaces of one sandbox: what the Hub's API says to them, and what they answer."""

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sandbox.apps.addresses import AddressBook
from sandbox.apps.serving import ServingApps
from sandbox.http.errors import NotImitatedError
from sandbox.hub.contract import SpaceSettings
from sandbox.hub.http.errors import BadRequestError, RepositoryNotFoundError, SignInRequiredError
from sandbox.hub.repositories.reader import SpaceReader
from sandbox.hub.spaces import settings as settings_module
from sandbox.hub.spaces.environment import Surroundings
from sandbox.hub.spaces.faults import Fault, SpaceFaults
from sandbox.hub.spaces.hardware import DEFAULT_FLAVOR, flavor
from sandbox.hub.spaces.records import SpaceRecord, SpaceRecords
from sandbox.hub.spaces.recovery import adopt_orphans
from sandbox.hub.spaces.requests import Change, build, commit, configure, pause, restart
from sandbox.hub.spaces.running.front_door import FrontDoor, MayVisit
from sandbox.hub.spaces.running.lifetime import Lifetime
from sandbox.hub.spaces.running.logs import LogKind, SpaceLogs
from sandbox.hub.spaces.running.turn import Parts, Tuning
from sandbox.hub.spaces.runtime import describe, subdomain
from sandbox.hub.spaces.settings import Kind
from sandbox.hub.spaces.stages import Stage, Wanted
from sandbox.machine.contract import Machine
from sandbox.machine.no_machine import require_containers
from sandbox.store.database import Database

_SDKS = ("docker", "static")
_NEVER = -1


class SpaceService:
    """All Spaces. Implements `SpaceHost`; thread-safe; knows no HTTP but the apps' addresses."""

    def __init__(
        self,
        database: Database,
        reader: SpaceReader,
        machine: Machine,
        addresses: AddressBook,
        *,
        folder: Path,
        hub_port: int,
        sandbox_ports: Callable[[], set[int]] = set,
        may_visit: MayVisit | None = None,
        tuning: Tuning | None = None,
    ) -> None:
        """Takes what the Spaces are built from.

        Args:
            database: the sandbox's file; closed to other users of this computer.
            reader: the repositories half.
            machine: builds and runs.
            addresses: public addresses, shared with the sandbox's other platforms.
            folder: for build contexts and the files of static Spaces; may be emptied when stopped.
            hub_port: where this Hub listens, on loopback and on `machine.inside_host`.
            sandbox_ports: further ports of this sandbox that apps may be pointed at.
            may_visit: whether a visitor with this Authorization header may use a Space's app;
                None lets everyone in.
            tuning: knobs; None for the defaults.
        """
        folder.mkdir(parents=True, exist_ok=True)
        tuning = tuning or Tuning()
        self.faults = SpaceFaults(database)
        self._database = database
        self._reader = reader
        self._parts = Parts(
            records=SpaceRecords(database),
            settings=settings_module.SpaceSettings(database),
            logs=SpaceLogs(database),
            faults=self.faults,
            serving=ServingApps(),
            machine=machine,
            reader=reader,
            surroundings=Surroundings(
                inside_host=machine.inside_host,
                hub_port=hub_port,
                sandbox_ports=lambda: addresses.ports() | sandbox_ports(),
            ),
            folder=folder,
            tuning=tuning,
            builds=threading.BoundedSemaphore(tuning.parallel_builds),
        )
        self._records = self._parts.records
        self.log_store = self._parts.logs
        self._door = FrontDoor(self._parts, addresses, wake=self._wake, may_visit=may_visit)
        self.app_port = self._door.port_of
        self._life = Lifetime(self._parts, self._door)
        self._stale: dict[int, tuple[int, dict[str, Any]]] = {}

    # --- the repositories half tells us

    def created(self, repo_id: str, settings: SpaceSettings) -> None:
        """A Space repository exists and holds its initial commit.

        Raises:
            NotImitatedError: an SDK that this sandbox cannot build.
            BadRequestError: unknown hardware, or a secret or variable without key or value.
            MachineUnavailableError: the sandbox runs without a container engine.
        """
        if settings.sdk not in _SDKS:
            raise NotImitatedError(f"{settings.sdk} Spaces: use sdk docker or static")
        if settings.sdk != "static":
            require_containers(self._parts.machine)
        chosen = flavor(settings.hardware or DEFAULT_FLAVOR)
        for entry in (*settings.secrets, *settings.variables):
            settings_module.checked(entry)
        # A new Space shows NO_APP_FILE until its first own commit; a duplicated one has files.
        head = self._reader.head(repo_id)
        with self._database.transaction():
            space = self._records.add(
                repo_id,
                sdk=settings.sdk,
                hardware=chosen.name,
                sleep_seconds=settings.sleep_time_seconds,
            )
            self._parts.settings.put_all(space, Kind.SECRET, settings.secrets)
            self._parts.settings.put_all(space, Kind.VARIABLE, settings.variables)
            self._database.after_commit(lambda: self._door.try_open(space))
            self._ask(space, lambda _record: {"head": head, "wanted": Wanted.BUILD})

    def committed(self, repo_id: str, commit_id: str) -> None:
        """`main` now points at `commit_id` (API commit or git push)."""
        record = self._records.find(repo_id)
        if self.faults.take(repo_id, Fault.LOST_COMMIT) is not None:
            return
        polls = self.faults.take(repo_id, Fault.STALE_POLLS)
        if polls is not None:
            self._stale[record.id] = (int(polls), self.runtime(repo_id))
        self._ask(record.id, commit(commit_id, old_serves=self._serves(record)))

    def moved(self, old_id: str, new_id: str) -> None:
        """The Space was renamed: it keeps its address, and restarts to learn its new name."""
        space = self._records.find(old_id)
        restarted = configure(old_serves=self._serves(space))
        # Always a new turn: work under way would go on reading the repository by its old name.
        self._ask(space.id, lambda now: {"repo_id": new_id} | (restarted(now) or {}))

    def deleted(self, repo_id: str) -> None:
        """The Space is gone: its name and address at once, its containers and images soon."""
        record = self._records.find(repo_id)
        self._database.after_commit(lambda: self._door.close(record.id))
        self._stale.pop(record.id, None)
        self._ask(
            record.id,
            lambda _record: {
                "repo_id": None,
                "stage": Stage.DELETING,
                "wanted": Wanted.DELETE,
                "error": None,
            },
        )

    def runtime(self, repo_id: str) -> dict[str, Any]:
        """The `runtime` object of `GET /api/spaces/{id}`; raises RepositoryNotFoundError."""
        record = self._records.find(repo_id)
        left, answer = self._stale.get(record.id, (0, {}))
        if left > 0:
            self._stale[record.id] = (left - 1, answer)
            return answer
        return describe(record, self._door.host(record), serves=self._serves(record))

    def host(self, repo_id: str) -> tuple[str, str]:
        """(`host` URL under which the app answers, `subdomain` it would have on the Hub)."""
        record = self._records.find(repo_id)
        return f"http://{self._door.host(record)}", subdomain(repo_id)

    # --- the API's settings and actions; all raise RepositoryNotFoundError

    def listing(self, repo_id: str, kind: Kind) -> dict[str, dict[str, str]]:
        """Secrets (without values) or variables, as the API lists them."""
        return self._parts.settings.listing(self._records.find(repo_id).id, kind)

    def put(self, repo_id: str, kind: Kind, entry: Mapping[str, Any]) -> None:
        """Adds or replaces a secret or variable; one restart per call, as on the Hub."""
        record = self._records.find(repo_id)
        self._parts.settings.put(record.id, kind, entry)
        self._configured(record)

    def remove(self, repo_id: str, kind: Kind, key: str) -> None:
        """Removes a secret or variable; an unknown name is success and restarts nothing."""
        record = self._records.find(repo_id)
        if self._parts.settings.remove(record.id, kind, key):
            self._configured(record)

    def set_hardware(
        self, repo_id: str, name: str, *, sleep_seconds: int | None = None
    ) -> dict[str, Any]:
        """Puts the Space on other hardware and restarts it there; answers the runtime."""
        record = self._with_container(repo_id, "put on hardware")
        chosen = flavor(name)
        if sleep_seconds is not None:
            self._records.set(record.id, sleep_seconds=_sleep(sleep_seconds))
        if chosen.name != record.hardware:
            self._records.set(record.id, hardware=chosen.name)
            self._configured(record)
        return self.runtime(repo_id)

    def set_sleep_time(self, repo_id: str, seconds: int) -> dict[str, Any]:
        """Seconds unused until the Space sleeps (-1 never); cpu-basic ignores it, as on the Hub."""
        record = self._with_container(repo_id, "put to sleep")
        self._records.set(record.id, sleep_seconds=_sleep(seconds))
        return self.runtime(repo_id)

    def pause(self, repo_id: str) -> dict[str, Any]:
        """Ends the app until its owner restarts it."""
        record = self._with_container(repo_id, "paused", deniable=False)
        self._ask(record.id, pause)
        self._parts.serving.swap(record.id, None)  # visitors are turned away from now on
        return self.runtime(repo_id)

    def restart(self, repo_id: str, *, factory: bool = False) -> dict[str, Any]:
        """Starts the newest commit again; `factory` builds it anew without the layer cache."""
        record = self._with_container(repo_id, "restarted")
        head = self._reader.head(repo_id)
        change = restart(head, factory=factory, old_serves=self._serves(record))
        self._ask(record.id, change)
        return self.runtime(repo_id)

    def log_id(self, repo_id: str) -> int:
        """The number under which a Space's logs are kept."""
        return self._records.find(repo_id).id

    def log_grows(self, space: int, kind: LogKind) -> bool:
        """Whether this log may still get lines; when not, its stream ends."""
        record = self._records.get(space)
        if record is None or self._parts.stopping.is_set():
            return False
        if kind is LogKind.BUILD:
            return record.wanted is Wanted.BUILD
        starts = record.wanted in (Wanted.BUILD, Wanted.START)
        return starts or self._serves(record) or self._parts.follows(space)

    # --- the sandbox's own life

    def start(self) -> None:
        """Brings back what ran, under the same addresses, and takes up interrupted work."""
        for record in self._records.all():
            if record.repo_id is not None:
                self._catch_up(record, record.repo_id)
        adopt_orphans(self._reader, self._records, self.created)
        self._life.start(self._ask)

    def stop(self, *, containers: bool = True) -> None:
        """Ends the workers, the addresses and (`containers`) what runs; the next start resumes."""
        self._life.stop(containers=containers)

    # --- inside

    def _catch_up(self, record: SpaceRecord, repo_id: str) -> None:
        """Learns what a killed sandbox was told of its repository but could not note any more."""
        try:
            head = self._reader.head(repo_id)
        except RepositoryNotFoundError:
            self.deleted(repo_id)
            return
        if head != record.head:
            # No worker is woken yet: first the version that served is looked for.
            self._records.request(record.id, commit(head, old_serves=record.sha is not None))

    def _ask(self, space: int, change: Change) -> None:
        if self._records.request(space, change) is not None:
            self._database.after_commit(lambda: self._life.wake(space))

    def _configured(self, record: SpaceRecord) -> None:
        serves = self._serves(record)
        if self._parts.tuning.config_change == "rebuild":
            self._ask(record.id, lambda now: configure(old_serves=serves)(now) and build(serves))
        else:
            self._ask(record.id, configure(old_serves=serves))

    def _wake(self, space: int) -> None:
        def change(record: SpaceRecord) -> dict[str, object] | None:
            asleep = record.stage is Stage.SLEEPING
            return configure(old_serves=False)(record) if asleep else None

        self._ask(space, change)

    def _serves(self, record: SpaceRecord) -> bool:
        return self._parts.serving.get(record.id) is not None

    def _with_container(self, repo_id: str, action: str, *, deniable: bool = True) -> SpaceRecord:
        record = self._records.find(repo_id)
        if deniable and self.faults.get(repo_id, Fault.RESTART_DENIED) is not None:
            raise SignInRequiredError
        if record.static:
            raise BadRequestError(f"A static Space cannot be {action}: it has no container")
        return record


def _sleep(seconds: int) -> int:
    if seconds < _NEVER or seconds == 0:
        raise BadRequestError("The sleep time is a positive number of seconds, or -1 for never")
    return seconds
