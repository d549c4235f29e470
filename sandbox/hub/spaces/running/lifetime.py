"""Starts and stops the Spaces of a sandbox: what ran before runs again; nothing is left over."""

import shutil
from collections.abc import Callable

from sandbox.apps.health import answers
from sandbox.apps.life import Life, end_leftovers, remove_all
from sandbox.hub.spaces.records import BASE_NAME_PREFIX, SpaceRecord
from sandbox.hub.spaces.requests import Change, sleep
from sandbox.hub.spaces.running.app_start import follow
from sandbox.hub.spaces.running.front_door import FrontDoor
from sandbox.hub.spaces.running.image_build import CONTEXT_PREFIX
from sandbox.hub.spaces.running.logs import LogKind
from sandbox.hub.spaces.running.serving import Serving
from sandbox.hub.spaces.running.turn import Parts
from sandbox.hub.spaces.running.watch import Watch
from sandbox.hub.spaces.running.worker import SpaceWorker
from sandbox.hub.spaces.settings import Kind
from sandbox.hub.spaces.stages import WITHOUT_OLD, Stage, Wanted, starting
from sandbox.machine.contract import MachineUnavailableError


class Lifetime:
    """The threads of the Spaces half."""

    def __init__(self, parts: Parts, door: FrontDoor) -> None:
        self._parts = parts
        self._door = door
        worker = SpaceWorker(parts, host_of=door.host, forget=self._forget)
        watch = Watch(
            parts,
            idle_seconds=door.idle_seconds,
            put_to_sleep=self._put_to_sleep,
            open_addresses=door.open_all,
        )
        self._life = Life(
            "space",
            work=worker.work,
            look=watch.look,
            stopping=parts.stopping,
            seconds=parts.tuning.watch_seconds,
        )

    def wake(self, space: int) -> None:
        """Lets the Space's worker look at its row."""
        self._life.wake(space)

    def start(self, ask: Callable[[int, Change], None]) -> None:
        """Finds the containers that still run, starts what is missing, resumes interrupted work."""
        for context in self._parts.folder.glob(f"{CONTEXT_PREFIX}*"):
            shutil.rmtree(context, ignore_errors=True)  # of builds that a killed sandbox left
        self._door.open_all()  # before the apps, which are told their addresses
        known = {each.container for each in self._parts.records.all()}
        end_leftovers(
            self._parts.machine,
            lambda name: name.startswith(BASE_NAME_PREFIX) and name not in known,
        )
        for record in self._parts.records.all():
            if self._still_serving(record) and not self._adopt(record):
                ask(record.id, _again)
            elif record.wanted is not Wanted.NOTHING:
                self.wake(record.id)
        self._life.watch()

    def stop(self, *, containers: bool) -> None:
        """Ends workers, watch and addresses; the rows keep saying what is to run."""
        self._life.stop()
        names = []
        for record in self._parts.records.all():
            self._door.close(record.id)
            app = self._parts.serving.swap(record.id, None)
            if app is not None and app.site is not None:
                app.site.close()
            if record.container is not None:
                names.append(record.container)
        if containers:
            remove_all(self._parts.machine, names)
        self._parts.logs.close()

    @staticmethod
    def _still_serving(record: SpaceRecord) -> bool:
        """Whether a version of this Space is recorded as serving."""
        return record.sha is not None and record.wanted is not Wanted.DELETE

    def _adopt(self, record: SpaceRecord) -> bool:
        """Lets the container that outlived the sandbox serve on; False if there is none."""
        if record.container is None:
            return False
        machine = self._parts.machine
        try:
            found = machine.find(record.container)
        except MachineUnavailableError:
            return False
        if found is None or not answers(found.host_port, own_address=found.own_address):
            return False
        secrets = self._parts.settings.values(record.id, Kind.SECRET)
        log = self._parts.logs.begin(record.id, LogKind.RUN, masked=secrets.values())
        follower = follow(self._parts, record.id, found.id, log)
        app = Serving(
            port=found.host_port,
            own_address=found.own_address,
            container_id=found.id,
            container=record.container,
            follower=follower,
        )
        self._parts.serving.swap(record.id, app)
        if record.wanted is not Wanted.NOTHING:
            self.wake(record.id)
        return True

    def _put_to_sleep(self, space: int, app: Serving) -> None:
        if self._parts.records.request(space, sleep(app.container)) is not None:
            self._parts.serving.take(space, app)  # the next visitor wakes it
            self.wake(space)

    def _forget(self, record: SpaceRecord) -> None:
        self._door.close(record.id, forget=True)
        self._parts.records.forget(record.id)
        self._parts.followers.pop(record.id, None)


def _again(record: SpaceRecord) -> dict[str, object]:
    """A version that served is gone: it is started again from its image, without a new build."""
    gone: dict[str, object] = {"container": None, "sha": None}
    if record.wanted is Wanted.NOTHING:
        wanted = Wanted.BUILD if record.static else Wanted.START
        return gone | {"wanted": wanted, "stage": starting(old_serves=False), "error": None}
    stage = WITHOUT_OLD.get(record.stage, record.stage)
    return gone | {"stage": Stage(stage)}
