"""Tells the runs half and webhooks what happened.

What they fail to take note of has happened all the same.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sandbox.git.moves import Move
from sandbox.github.contract import RunHost, Trigger
from sandbox.github.hooks.service import Webhooks
from sandbox.github.http.accounts import ACTIONS
from sandbox.github.repositories.registry import Repository

_LOG = logging.getLogger(__name__)
# What jobs cause with their own token starts no further runs, or they would never end; a dispatch
# is asked for by name, and does.
_BY_JOBS_TOO = frozenset({"workflow_dispatch", "repository_dispatch"})
# These are none of a webhook's, or are told by `moved`.
_OF_WORKFLOWS_ALONE = frozenset({"push", "pull_request_target"})


class Events:
    """From something that happened to the workflows and webhooks that listen. Thread-safe."""

    def __init__(self) -> None:
        self.run_host: RunHost | None = None
        self.webhooks: Webhooks | None = None

    def prepare(self, trigger: Trigger) -> None:
        """Makes ready what `queue` will read of a push."""
        host = self._host(trigger)
        if host is not None:
            host.prepare(trigger)

    def queue(self, trigger: Trigger) -> None:
        """Queues the runs and webhooks of an event; raises whatever goes wrong with runs."""
        if trigger.event not in _OF_WORKFLOWS_ALONE:
            self.happened(trigger.repository, trigger.event, trigger.actor, trigger.payload)
        host = self._host(trigger)
        if host is not None:
            host.triggered(trigger)

    def tell(self, trigger: Trigger) -> None:
        """Queues the runs and webhooks of an event; never raises."""
        try:
            self.queue(trigger)
        except Exception:  # noqa: BLE001 - whatever it was, it is logged
            _LOG.exception("%s: no runs for %s of %s", *_named(trigger))

    def listens(self, repository: Repository, event: str) -> bool:
        """Whether any webhook is told of an event."""
        return self.webhooks is not None and bool(self.webhooks.listening(repository, event))

    def happened(self, name: str, event: str, actor: str, payload: Mapping[str, Any]) -> None:
        """Queues the webhooks of an event that starts no runs; never raises."""
        if self.webhooks is not None:
            self.webhooks.happened(name, event, actor, payload)

    def moved(
        self, repository: Repository, actor: str, moves: Sequence[Move]
    ) -> Callable[[], None]:
        """Makes ready the webhooks of branches and tags that were pushed; never raises.

        What it returns queues them, and never raises either.
        """
        if self.webhooks is None:
            return lambda: None
        return self.webhooks.moved(repository, actor, moves)

    def _host(self, trigger: Trigger) -> RunHost | None:
        by_job = trigger.actor == ACTIONS and trigger.event not in _BY_JOBS_TOO
        return None if by_job else self.run_host


def _named(trigger: Trigger) -> tuple[str, str, str]:
    return trigger.repository, trigger.event, trigger.ref
