"""Does what a service's rows say is still to be done, one thing after the other."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import KW_ONLY, dataclass, field

from sandbox.machine.contract import ImageUnavailableError, MachineUnavailableError
from sandbox.render.deploys.first_steps import announce, first_status
from sandbox.render.deploys.images import build_id, build_image, fetch_image
from sandbox.render.deploys.instances import remove_instance, run_pre_deploy, start_instance
from sandbox.render.deploys.records import OPEN, WAITING, WAS_LIVE, Deploy, Status
from sandbox.render.deploys.turn import (
    EndedError,
    FailedError,
    Instance,
    Parts,
    StoppingError,
    Turn,
)
from sandbox.render.http.ids import now
from sandbox.render.services.logs import LogType
from sandbox.render.services.records import Service

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class ServiceWorker:
    """Works for one service at a time per thread."""

    parts: Parts
    _: KW_ONLY
    url_of: Callable[[Service], str]
    forget: Callable[[Service], None]
    # Services whose app could not be started again.
    _retry_at: dict[int, float] = field(default_factory=dict[int, float], init=False)

    def work(self, number: int) -> None:
        """Works until nothing is to be done for this service, or the sandbox stops."""
        parts = self.parts
        while not parts.stopping.is_set():
            service = parts.services.get(number)
            if service is None:
                return
            if service.deleted:
                self._delete(service)
                return
            if service.suspended:
                self._end(service)
                return
            deploy = self._next(number)
            try:
                if deploy is not None:
                    self._deploy(service, deploy)
                elif self.may_start(service):
                    self._start_again(service)
                elif number in parts.asleep:
                    self._put_to_sleep(number)
                    return
                else:
                    return
            except EndedError:
                continue
            except StoppingError:
                return

    def may_start(self, service: Service) -> bool:
        """Whether a live deploy has nothing that serves, or is to be started afresh, by now."""
        if service.live is None or service.suspended or service.deleted:
            return False
        if not service.restart and service.number in self.parts.asleep:
            return False
        if not service.restart and self.parts.serving.get(service.number) is not None:
            return False
        return time.monotonic() >= self._retry_at.get(service.number, 0)

    # --- deploys

    def _next(self, number: int) -> Deploy | None:
        """The deploy under way, else the one that waits."""
        waiting = self.parts.deploys.of(number, OPEN)
        running = [each for each in waiting if each.status not in WAITING]
        candidates = running or waiting
        return candidates[-1] if candidates else None

    def _deploy(self, service: Service, deploy: Deploy) -> None:
        parts = self.parts
        turn = Turn(parts, service, deploy, lambda: parts.deploys.is_open(deploy.number))
        if deploy.status in WAITING:
            frozen = deploy.frozen.settings
            status = first_status(frozen, deploy.image, deploy.image_ref)
            turn.advance(status=status, started_at=now())
            announce(parts, turn.deploy)
        try:
            self._run_deploy(turn)
        except FailedError as error:
            self._fail(turn, error)
        except (EndedError, StoppingError):
            raise
        except Exception as error:
            if parts.stopping.is_set():
                raise StoppingError from error
            turn.check()
            if not isinstance(error, MachineUnavailableError | ImageUnavailableError):
                # Only its kind: a message might quote what it was given.
                _LOG.error("deploy %s: %s", deploy.id, type(error).__name__)
            message = str(error) or type(error).__name__
            parts.logs_of(turn, LogType.APP).complain(message)
            failed = turn.deploy.status is Status.BUILD
            status = Status.BUILD_FAILED if failed else Status.UPDATE_FAILED
            self._fail(turn, FailedError(status, message, {"unhealthy": "sandbox error"}))
        finally:
            self._clean(service)

    def _run_deploy(self, turn: Turn) -> None:
        parts, service = self.parts, turn.service
        settings = turn.deploy.frozen.settings
        url = self.url_of(service)
        image = turn.deploy.image or self._make_image(turn)
        if settings.pre_deploy_command:
            turn.advance(status=Status.PRE_DEPLOY)
            step = {"deployId": turn.deploy.id, "deployCommandExecutionId": turn.deploy.id}
            parts.events.add(service.number, "pre_deploy_started", **step)
            run_pre_deploy(turn, image, url=url)
            done = {"preDeployStatus": "succeeded", "status": 2, "reason": {}}
            parts.events.add(service.number, "pre_deploy_ended", **step, **done)
        turn.advance(status=Status.UPDATE)
        parts.logs_of(turn, LogType.APP).say("Deploying...")
        self._free_disk(turn)
        instance = start_instance(turn, image, url=url)
        old = parts.serving.swap(service.number, instance)
        if not parts.deploys.go_live(turn.deploy, instance.container):
            parts.serving.swap(service.number, old)
            remove_instance(parts, instance)
            raise EndedError
        self._retry_at.pop(service.number, None)
        parts.asleep.discard(service.number)
        parts.events.deploy_ended(service.number, turn.deploy.id, "succeeded")
        parts.events.add(service.number, "server_available")
        remove_instance(parts, old, drain=True)

    def _free_disk(self, turn: Turn) -> None:
        """Ends what serves before what comes next is started, if both would write one disk.

        Should the next one fail, what was live is started again.
        """
        if turn.deploy.frozen.volumes:
            old = self.parts.serving.swap(turn.service.number, None)
            remove_instance(self.parts, old, drain=True)

    def _make_image(self, turn: Turn) -> str:
        log = self.parts.logs_of(turn, LogType.BUILD)
        if turn.deploy.image_ref is not None:
            return fetch_image(turn, log)
        return build_image(turn, log)

    def _fail(self, turn: Turn, error: FailedError) -> None:
        parts, deploy, number = self.parts, turn.deploy, turn.service.number
        turn.advance(status=error.status, finished_at=now())
        reason: dict[str, object] = {"failure": error.failure}
        if error.status is Status.BUILD_FAILED:
            reason = {"buildFailed": {"id": build_id(deploy.id)}}
        if error.status is Status.PRE_DEPLOY_FAILED:
            step = {"deployId": deploy.id, "deployCommandExecutionId": deploy.id}
            outcome = {"preDeployStatus": "failed", "status": 3, "reason": reason}
            parts.events.add(number, "pre_deploy_ended", **step, **outcome)
        parts.events.deploy_ended(number, deploy.id, "failed", reason)

    # --- what is live

    def _start_again(self, service: Service) -> None:
        """Starts the live deploy's app, after a crash, a restart, or a stop of the sandbox."""
        parts, number = self.parts, service.number
        deploy = parts.deploys.find(number, service.live or "")

        def wanted() -> bool:
            row = parts.services.get(number)
            return row is not None and row.live == deploy.id and not row.suspended

        turn = _LiveTurn(parts, service, deploy, wanted)
        parts.services.set(number, restart=0)
        self._free_disk(turn)
        try:
            instance = self._start_live(turn)
        except (EndedError, StoppingError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again, not at once
            self._retry_at[number] = time.monotonic() + parts.tuning.retry_seconds
            reason = error.failure if isinstance(error, FailedError) else {"evicted": False}
            parts.events.add(number, "server_failed", reason=reason)
            # Only its kind: a message might quote what it was given.
            kind = type(error).__name__
            _LOG.warning("service %s could not be started again: %s", service.slug, kind)
            return
        old = parts.serving.swap(number, instance)
        parts.services.set(number, container=instance.container, candidate=None)
        self._retry_at.pop(number, None)
        parts.asleep.discard(number)
        parts.events.add(number, "server_available")
        remove_instance(parts, old, drain=True)

    def _start_live(self, turn: Turn) -> Instance:
        url = self.url_of(turn.service)
        image = turn.deploy.image
        if image is not None:
            try:
                return start_instance(turn, image, url=url)
            except FailedError as error:
                if not isinstance(error.__cause__, MachineUnavailableError):
                    raise
        # Pruned by somebody: what it was made from is still known.
        return start_instance(turn, self._make_image(turn), url=url)

    def _put_to_sleep(self, number: int) -> None:
        """Ends what nobody visits; what is live stays so."""
        remove_instance(self.parts, self.parts.serving.swap(number, None))
        self.parts.services.set(number, container=None)

    def _end(self, service: Service) -> None:
        """Ends what runs of a suspended service."""
        remove_instance(self.parts, self.parts.serving.swap(service.number, None))
        for name in {service.container, service.candidate} - {None}:
            self.parts.machine.remove(name or "")
        self.parts.services.set(service.number, container=None, candidate=None)

    def _delete(self, service: Service) -> None:
        parts = self.parts
        try:
            self._end(service)
            for image in {each.image for each in parts.deploys.of(service.number)} - {None}:
                parts.machine.remove_image(image or "")
            for disk in parts.disks.ever(service.number):
                parts.machine.remove_volume(disk.id)
        except MachineUnavailableError as error:
            _LOG.warning("service %s is not fully removed: %s", service.slug, error)
            return  # the row stays, so the next start of the sandbox goes on
        parts.source.forget(service.id)
        self._retry_at.pop(service.number, None)
        self.forget(service)

    def _clean(self, service: Service) -> None:
        """Forgets the candidate's name and the images that no rollback may ask for any more."""
        parts, number = self.parts, service.number
        if parts.stopping.is_set():
            return
        parts.services.set(number, candidate=None)
        self._clean_disks(number)
        live = parts.deploys.of(number, WAS_LIVE)[: parts.tuning.kept_images]
        open_ones = parts.deploys.of(number, OPEN)
        kept = {each.image for each in (*live, *open_ones)}
        for each in parts.deploys.of(number):
            if each.image is not None and each.image not in kept:
                with suppress(MachineUnavailableError):
                    parts.machine.remove_image(each.image)
                    parts.deploys.forget_image(number, each.image)
        parts.deploys.prune(number, parts.tuning.kept_deploys)
        parts.events.prune(number, parts.tuning.kept_events)

    def _clean_disks(self, number: int) -> None:
        """Removes the data of deleted disks that nothing has any more."""
        parts, live = self.parts, self.parts.deploys.of(number, [Status.LIVE])
        mounted = next((each for deploy in live for each in deploy.frozen.volumes), None)
        for disk in parts.disks.left_over(number, mounted=mounted):
            with suppress(MachineUnavailableError):
                parts.machine.remove_volume(disk.id)
                parts.disks.forget(disk)


class _LiveTurn(Turn):
    """Works for a deploy that ended long ago, so its row takes changes all the same."""

    def advance(self, **values: object) -> None:
        """Notes the image that was made anew."""
        self.deploy = self.parts.deploys.remake(self.deploy, **values)
