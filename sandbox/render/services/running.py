"""What becomes of an instance once it is live: unwell ones are restarted, free ones fall asleep.

Times are those of Render's documentation (health checks; free instance types).
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus

from sandbox.apps.health import status_of
from sandbox.render.deploys.turn import Instance, Parts, Turn
from sandbox.render.services.logs import LogType
from sandbox.render.services.plans import FREE
from sandbox.render.services.settings import WEB_SERVICE

_AT_ONCE = 8  # checks; each may take seconds to say that nobody answers


class Running:
    """Looks at live instances; asked by one thread, answers to any."""

    def __init__(
        self, parts: Parts, idle_seconds: Callable[[int], float], wake: Callable[[int], None]
    ) -> None:
        """Takes what it works with.

        Args:
            parts: of the services.
            idle_seconds: since when nobody has visited a service.
            wake: lets a service's worker look.
        """
        self._parts = parts
        self._idle_seconds = idle_seconds
        self._wake = wake
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}  # container's id -> when it was first looked at
        self._failing: dict[str, float] = {}  # container's id -> since when
        self._due = 0.0

    def out_of_rotation(self, instance: Instance) -> bool:
        """Whether no visitor is led to an instance, as its health checks have failed for a while.

        The checks that follow it bring it back.
        """
        with self._lock:
            since = self._failing.get(instance.container_id)
        return since is not None and time.monotonic() - since > self._parts.tuning.unwell_seconds

    def look(self) -> None:
        """Asks each instance that has a health check, and puts to sleep whom nobody visits."""
        now, serving = time.monotonic(), self._parts.serving.all()
        with self._lock:
            alive = {each.container_id for each in serving.values()}
            self._seen = {each: self._seen.get(each, now) for each in alive}
            self._failing = {k: since for k, since in self._failing.items() if k in alive}
        for number, instance in serving.items():
            self._look_for_visitors(number, now - self._seen[instance.container_id])
        if now >= self._due:
            self._due = now + self._parts.tuning.health_seconds
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(lambda each: self._check(*each), serving.items()))

    def _look_for_visitors(self, number: int, age: float) -> None:
        service = self._parts.services.get(number)
        if service is None or service.settings.type != WEB_SERVICE or number in self._parts.asleep:
            return
        idle = min(age, self._idle_seconds(number))
        if service.settings.plan == FREE and idle > self._parts.tuning.free_idle_seconds:
            self._parts.asleep.add(number)
            self._wake(number)

    def _check(self, number: int, instance: Instance) -> None:
        deploy = self._parts.deploys.find(number, instance.deploy)
        settings = deploy.frozen.settings
        if settings.static or not settings.health_check_path:
            return
        status = status_of(
            instance.port, settings.health_check_path, own_address=instance.own_address
        )
        well = status is not None and HTTPStatus.OK <= status < HTTPStatus.BAD_REQUEST
        now = time.monotonic()
        with self._lock:
            if well:
                self._failing.pop(instance.container_id, None)
                return
            since = self._failing.setdefault(instance.container_id, now)
            if now - since < self._parts.tuning.unwell_restart_seconds:
                return
            self._failing[instance.container_id] = now  # until then the new one has its time
        answer = "no answer" if status is None else f"status {status}"
        message = f"Health check at {settings.health_check_path} fails (last: {answer}); restarting"
        service = self._parts.services.get(number)
        if service is None:
            return
        turn = Turn(self._parts, service, deploy, lambda: True)
        self._parts.logs_of(turn, LogType.APP).complain(message)
        reason = {"evicted": False, "unhealthy": message}
        self._parts.events.add(number, "server_failed", reason=reason)
        self._parts.services.set(number, restart=1)
        self._wake(number)
