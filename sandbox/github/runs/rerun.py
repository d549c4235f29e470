"""What a new attempt of a run takes over from the one before, instead of running it again."""

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from sandbox.github.runs.planning.job_plan import ancestors
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Workflow
from sandbox.github.runs.records import JobRecord, Run, RunRecords

_WELL = ({"success"}, {"skipped"})


def jobs_to_keep(
    records: RunRecords, run: Run, workflow: Workflow
) -> tuple[list[JobRecord], dict[str, Needed]]:
    """The jobs of a run's last attempt that need not run again, and what they hand on.

    "GitHub also re-runs the jobs that depend on" those that failed: also such as ended well.
    """
    ended: dict[str, list[JobRecord]] = {}
    for job in records.jobs(run.id, run.attempt):
        ended.setdefault(job.key, []).append(job)
    results = {key: {job.conclusion or "" for job in jobs} for key, jobs in ended.items()}
    again = {key for key in workflow.jobs if results.get(key) not in _WELL}
    kept = [key for key in workflow.jobs if not again & {key, *ancestors(workflow, key)}]
    needed = {
        key: Needed(
            results[key].pop(),
            {name: value for job in ended[key] for name, value in job.outputs.items()},
        )
        for key in kept
    }
    return [job for key in kept for job in ended[key]], needed


def carry_over(
    records: RunRecords, jobs: list[JobRecord], attempt: int, log_of: Callable[[int, int], Path]
) -> None:
    """Lists jobs in a later attempt too, with their steps and logs; `log_of` (attempt, job)."""
    for job in jobs:
        copy = records.copy_job(job.id, attempt)
        with suppress(FileNotFoundError):
            target = log_of(attempt, copy)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(log_of(job.attempt, job.id), target)
