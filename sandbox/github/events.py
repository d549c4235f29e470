"""Tells the runs half what happened; what it fails to take note of has happened all the same."""

import logging

from sandbox.github.contract import RunHost, Trigger
from sandbox.github.http.accounts import ACTIONS

_LOG = logging.getLogger(__name__)
# What jobs cause with their own token starts no further runs, or they would never end; a dispatch
# is asked for by name, and does.
_BY_JOBS_TOO = frozenset({"workflow_dispatch", "repository_dispatch"})


class Events:
    """From something that happened to the workflows that listen. Thread-safe."""

    def __init__(self) -> None:
        self.run_host: RunHost | None = None

    def prepare(self, trigger: Trigger) -> None:
        """Makes ready what `queue` will read of a push."""
        host = self._host(trigger)
        if host is not None:
            host.prepare(trigger)

    def queue(self, trigger: Trigger) -> None:
        """Queues the runs of an event; raises whatever goes wrong with that."""
        host = self._host(trigger)
        if host is not None:
            host.triggered(trigger)

    def tell(self, trigger: Trigger) -> None:
        """Queues the runs of an event; never raises."""
        try:
            self.queue(trigger)
        except Exception:  # noqa: BLE001 - whatever it was, it is logged
            _LOG.exception("%s: no runs for %s of %s", *_named(trigger))

    def _host(self, trigger: Trigger) -> RunHost | None:
        by_job = trigger.actor == ACTIONS and trigger.event not in _BY_JOBS_TOO
        return None if by_job else self.run_host


def _named(trigger: Trigger) -> tuple[str, str, str]:
    return trigger.repository, trigger.event, trigger.ref
