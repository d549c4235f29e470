"""Starts the workflows of default branches whose time it is."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.workflow import FOLDER, WorkflowError, is_workflow, parse_workflow
from sandbox.github.runs.schedules.asked import AskedSchedules
from sandbox.github.runs.schedules.cron import EVENT, Schedule, schedules_of
from sandbox.github.service import GitHubService

_LOG = logging.getLogger(__name__)
_LOOKS_SECONDS = 1.0
_MINUTE = 60
_SHORTEST = 5  # minutes between two runs; docs.github.com, "schedule"
_MOST_MINUTES = 24 * 60  # that may have passed between two looks; before them is before


@dataclass(frozen=True)
class _Entry:
    repository: str
    path: str
    schedule: Schedule


class Scheduler:
    """Looks at the time, in a thread of its own.

    Args:
        repositories: the other half.
        asked: what is to run without its time having come.
        triggered: queues the runs of an event.
        clock: seconds since 1970; by a faster one more often.
    """

    def __init__(
        self,
        repositories: GitHubService,
        asked: AskedSchedules,
        triggered: Callable[[Trigger], object],
        clock: Callable[[], float],
    ) -> None:
        self._repositories = repositories
        self._asked = asked
        self._triggered = triggered
        self._clock = clock
        self._seen = self._minute()
        self._ran: dict[_Entry, int] = {}  # in which minute
        self._known: dict[str, tuple[str, list[_Entry]]] = {}  # with the commit they are of
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begins; what was missed while nobody looked does not run."""
        self._seen = self._minute()
        self._stopped.clear()
        self._thread = threading.Thread(target=self._work, name="scheduler", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Starts whatever is due since the last look, each at most once."""
        for repository, path in self._asked.take():
            found = [each for each in self._entries(repository) if each.path == path]
            for entry in found[:1]:
                self._run(entry)
        now = self._minute()
        first = max(self._seen + 1, now - _MOST_MINUTES)
        minutes = [datetime.fromtimestamp(m * _MINUTE, UTC) for m in range(first, now + 1)]
        self._seen = now
        if not minutes:
            return
        entries = [e for name in self._repositories.repositories() for e in self._entries(name)]
        self._ran = {entry: at for entry, at in self._ran.items() if entry in entries}
        for entry in entries:
            rested = now - self._ran.get(entry, now - _SHORTEST) >= _SHORTEST
            if rested and any(map(entry.schedule.holds, minutes)):
                self._ran[entry] = now
                self._run(entry)

    # --- inside

    def _work(self) -> None:
        while not self._stopped.wait(_LOOKS_SECONDS):
            try:
                self.look()
            except Exception:  # noqa: BLE001 - logged; the next look may go well
                _LOG.exception("What is scheduled could not be looked through")

    def _minute(self) -> int:
        return int(self._clock()) // _MINUTE

    def _entries(self, repository: str) -> list[_Entry]:
        """What a repository's default branch schedules."""
        if not self._repositories.exists(repository):
            return []
        branch = self._repositories.default_branch(repository)
        commit = self._repositories.resolve(repository, f"refs/heads/{branch}")
        known = self._known.get(repository)
        if known is None or known[0] != commit:
            known = (commit or "", [] if commit is None else self._read(repository, commit))
            self._known[repository] = known
        return known[1]

    def _read(self, repository: str, commit: str) -> list[_Entry]:
        entries = []
        for name in sorted(self._repositories.list_files(repository, commit, FOLDER)):
            path = f"{FOLDER}/{name}"
            content = self._repositories.read_file(repository, commit, path) or b""
            try:
                found = schedules_of(parse_workflow(path, content)) if is_workflow(name) else []
            except WorkflowError:
                continue  # its push has said so
            entries += [_Entry(repository, path, each) for each in found]
        return entries

    def _run(self, entry: _Entry) -> None:
        branch = self._repositories.default_branch(entry.repository)
        commit = self._repositories.resolve(entry.repository, f"refs/heads/{branch}")
        if commit is None:
            return
        try:
            self._triggered(
                Trigger(
                    repository=entry.repository,
                    event=EVENT,
                    ref=f"refs/heads/{branch}",
                    commit=commit,
                    actor=entry.repository.partition("/")[0],
                    workflow=entry.path,
                    payload={"schedule": entry.schedule.cron, "workflow": entry.path},
                )
            )
        except Exception:  # noqa: BLE001 - logged; the others run all the same
            _LOG.exception("%s of %s could not be started", entry.path, entry.repository)
