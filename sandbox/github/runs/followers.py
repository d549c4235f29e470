"""Tells of runs that begin and end: workflows by the event `workflow_run`, and deploys."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.contract import Trigger
from sandbox.github.runs.planning.event import Addresses
from sandbox.github.runs.records import Run, RunRecords
from sandbox.github.service import GitHubService

_EVENT = "workflow_run"
_DEEPEST = 3  # docs.github.com, "workflow_run": no more than three levels of workflows
_WELL = frozenset({"success", "skipped", "neutral"})
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Followers:
    """Who waits for runs. Thread-safe."""

    records: RunRecords
    repositories: GitHubService
    addresses: Addresses  # of the sandbox's GitHub
    triggered: Callable[[Trigger], object]  # queues the runs of an event
    # Told of a (repository, branch, commit) whose runs have all ended well.
    checks_passed: Callable[[str, str, str], None]
    _telling: threading.Lock = field(default_factory=threading.Lock, init=False)

    def requested(self, run: Run) -> None:
        """A run waits for its turn."""
        self._tell_workflows(run, "requested")

    def ended(self, run: Run) -> None:
        """A run's thread has nothing left to do."""
        self.passed(run)
        if run.status == "completed":  # and is not put back to wait for the next start
            self._tell_workflows(run, "completed")

    def passed(self, run: Run) -> None:
        """Tells of a commit whose runs, of which this is one, have all ended well, if they have."""
        with self._telling:
            self._tell_if_all_passed(run)

    def _tell_workflows(self, run: Run, action: str) -> None:
        """Starts those that listen.

        They run what is on the default branch, with its secrets: they may write where a run of a
        fork's pull request may not.
        """
        try:
            branch = self.repositories.default_branch(run.repository)
            commit = self.repositories.resolve(run.repository, f"refs/heads/{branch}")
            if commit is None or _depth(run, self.records) >= _DEEPEST:
                return
            self.triggered(
                Trigger(
                    repository=run.repository,
                    event=_EVENT,
                    ref=f"refs/heads/{branch}",
                    commit=commit,
                    actor=run.actor,
                    payload={
                        "action": action,
                        "workflow": {"id": run.workflow, "name": run.name, "path": run.path},
                        "workflow_run": _about(run, self.addresses),
                    },
                )
            )
        except Exception:  # noqa: BLE001 - logged; the run is what it is all the same
            _LOG.exception("Run %s: that it is %s could not be told", run.id, action)

    def _tell_if_all_passed(self, run: Run) -> None:
        runs = [
            each
            for each in self.records.runs_of_commit(run.repository, run.commit_id)
            if each.ref == run.ref
        ]
        if not run.ref.startswith("refs/heads/") or any(r.conclusion not in _WELL for r in runs):
            return
        if all(each.told for each in runs):
            return  # two runs that end at once tell it once
        try:
            with self.records.changing():
                self.checks_passed(run.repository, run.branch, run.commit_id)
                self.records.set_told(runs)
        except Exception:  # noqa: BLE001 - logged; the run ended all the same
            _LOG.exception("Run %s: its good end could not be told", run.id)


def _depth(run: Run, records: RunRecords) -> int:
    """How many runs caused each other up to this one."""
    depth, each = 1, run
    while each.event == _EVENT:
        before = records.get(int(each.payload["workflow_run"]["id"]))
        if before is None:
            break
        depth, each = depth + 1, before
    return depth


def _about(run: Run, addresses: Addresses) -> dict[str, Any]:
    api = f"{addresses.api}/repos/{run.repository}/actions/runs/{run.id}"
    head = run.head_repository or run.repository
    owner, _, name = head.partition("/")
    pulls = [] if run.foreign else _pulls(run)
    return {
        "id": run.id,
        "name": run.name,
        "display_title": run.title,
        "path": run.path,
        "workflow_id": run.workflow,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "head_branch": run.branch,
        "head_sha": run.checked,
        "head_commit": {"id": run.checked, "message": run.title},
        "head_repository": {"full_name": head, "name": name, "owner": {"login": owner}},
        "repository": {"full_name": run.repository},
        "actor": {"login": run.actor},
        "triggering_actor": {"login": run.actor},
        "pull_requests": pulls,
        "created_at": run.created,
        "updated_at": run.updated,
        "run_started_at": run.started,
        "html_url": addresses.run(run.repository, run.id),
        "url": api,
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "artifacts_url": f"{api}/artifacts",
    }


def _pulls(run: Run) -> list[dict[str, Any]]:
    """The pull request of a run, which is named for those of the repository's own branches."""
    pull = run.payload.get("pull_request") if run.event.startswith("pull_request") else None
    if not pull:
        return []
    sides = {
        side: {"ref": pull[side]["ref"], "sha": pull[side].get("sha")}
        for side in ("head", "base")
        if side in pull
    }
    return [{"id": pull.get("id"), "number": pull["number"], "url": pull.get("url"), **sides}]
