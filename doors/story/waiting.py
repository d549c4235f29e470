"""Waiting for what GitHub does by itself."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from doors.story.stage import Stage
from toolchain.progress import SetupError

Found = TypeVar("Found")
SECONDS = 900.0  # for one run; all are on a machine that others may use as well
_PAUSE_SECONDS = 0.5


def until(look: Callable[[], Found | None], what: str, seconds: float = SECONDS) -> Found:
    """What a look finds, once it finds anything; raises SetupError if it never does."""
    deadline = time.monotonic() + seconds
    while (found := look()) is None:
        if time.monotonic() > deadline:
            raise SetupError(f"The story waited {seconds:.0f} s for {what}, and it did not come.")
        time.sleep(_PAUSE_SECONDS)
    return found


def ended_run(stage: Stage, workflow: str, after: int, **wanted: str) -> Mapping[str, Any]:
    """The first run of a workflow after another run, once it has ended.

    Args:
        stage: where.
        workflow: the name of its file.
        after: number of the newest run that is not meant; see `newest`.
        wanted: what else its description must say, such as `head_sha`.
    """

    def look() -> Mapping[str, Any] | None:
        for run in _runs(stage, workflow):
            meant = int(run["id"]) > after and all(run[key] == wanted[key] for key in wanted)
            if meant and run["status"] == "completed":
                return run
        return None

    return until(look, f"a run of {workflow}")


def newest(stage: Stage, workflow: str) -> int:
    """Number of the newest run of a workflow; 0 if there is none."""
    return max((int(run["id"]) for run in _runs(stage, workflow)), default=0)


def _runs(stage: Stage, workflow: str) -> list[Mapping[str, Any]]:
    found = stage.ask("GET", f"actions/workflows/{workflow}/runs?per_page=100")
    runs: list[Mapping[str, Any]] = found["workflow_runs"]
    return runs


def job_log(stage: Stage, run: Mapping[str, Any]) -> str:
    """The end of the logs of a run's jobs that failed."""
    jobs = stage.ask("GET", f"actions/runs/{run['id']}/jobs")["jobs"]
    said = []
    for job in jobs:
        if job["conclusion"] not in ("success", "skipped"):
            steps = [each["name"] for each in job["steps"] if each["conclusion"] == "failure"]
            said.append(f"{job['name']}: {job['conclusion']} at {', '.join(steps) or 'its start'}")
    return "; ".join(said)
