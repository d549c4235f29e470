"""Starts and stops the services of a sandbox: what ran before runs again; nothing is left over."""

import shutil
from collections.abc import Callable

from sandbox.apps.life import Life, end_leftovers, remove_all
from sandbox.machine.contract import ContainerState
from sandbox.render.deploys.images import CONTEXT_PREFIX
from sandbox.render.deploys.instances import CONTAINER_PREFIX, failure_of
from sandbox.render.deploys.records import OPEN
from sandbox.render.deploys.turn import Instance, Parts, Turn
from sandbox.render.deploys.worker import ServiceWorker
from sandbox.render.services.front_door import FrontDoor
from sandbox.render.services.logs import LogType
from sandbox.render.services.records import Service
from sandbox.render.services.running import Running

_LOG_END_SECONDS = 2.0  # how long the last lines of an ended container may take to arrive


class Lifetime:
    """The threads of the sandbox's Render: a worker per busy service, and one that watches."""

    def __init__(self, parts: Parts, door: FrontDoor, forget: Callable[[Service], None]) -> None:
        self._parts = parts
        self._door = door
        self._running = Running(parts, door.idle_seconds, self.wake)
        door.wake = self.wake
        door.out_of_rotation = self._running.out_of_rotation
        self._worker = ServiceWorker(parts, url_of=door.url, forget=forget)
        self._life = Life(
            "service",
            work=self._worker.work,
            look=self._look,
            stopping=parts.stopping,
            seconds=parts.tuning.watch_seconds,
        )

    def wake(self, number: int) -> None:
        """Lets the service's worker look at its rows."""
        self._life.wake(number)

    def start(self) -> None:
        """Starts what was live, without a new deploy, and takes up interrupted deploys."""
        for context in self._parts.folder.glob(f"{CONTEXT_PREFIX}*"):
            shutil.rmtree(context, ignore_errors=True)  # of builds that a killed sandbox left
        self._door.open_all()
        # Of a killed sandbox: they answer nobody, and one may hold the disk of what is started now.
        services = self._parts.services.all(deleted=True)
        known = {name for each in services for name in (each.container, each.candidate)}
        end_leftovers(
            self._parts.machine, lambda name: name in known or name.startswith(CONTAINER_PREFIX)
        )
        for service in services:
            self.wake(service.number)
        self._life.watch()

    def stop(self, *, containers: bool) -> None:
        """Ends workers, watch and addresses; the rows keep saying what is to run."""
        self._life.stop()
        for service in self._parts.services.all():
            self._door.close(service.number)
        serving = [self._parts.serving.swap(number, None) for number in self._parts.serving.all()]
        if containers:
            # Whoever stops the sandbox waits for it: not as long as an app may ask a deploy to.
            remove_all(self._parts.machine, [each.container for each in serving if each], soon=True)
        self._parts.logs.close()

    def _look(self) -> None:
        self._door.open_all()
        for number, instance in self._parts.serving.all().items():
            state = self._parts.machine.state(instance.container_id)
            if state is None or not state.running:
                self._ended(number, instance, state)
        self._running.look()
        for service in self._parts.services.all():
            due = self._worker.may_start(service)
            if due or self._parts.deploys.of(service.number, OPEN):
                self.wake(service.number)

    def _ended(self, number: int, instance: Instance, state: ContainerState | None) -> None:
        """An app that nobody asked to end did: it is said, and the app started again."""
        parts = self._parts
        if parts.stopping.is_set() or not parts.serving.take(number, instance):
            return
        instance.follower.join(_LOG_END_SECONDS)
        service = parts.services.get(number)
        if service is not None:
            deploy = parts.deploys.find(number, instance.deploy)
            message, failure = failure_of(state, deploy.frozen.settings.plan)
            turn = Turn(parts, service, deploy, lambda: True)
            parts.logs_of(turn, LogType.APP).complain(message)
            parts.events.add(number, "server_failed", reason=failure)
        remove_all(parts.machine, [instance.container])
        self.wake(number)
