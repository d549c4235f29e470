"""What a new attempt of a run takes over from the one before, instead of running it again."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from sandbox.github.runs.planning.job_plan import ancestors
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.planning.workflow import Job, Workflow
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
    kept = _kept(workflow, "", ended)
    needed = {
        key: Needed(
            next(job.conclusion or "" for job in ended[key]),
            {name: value for job in ended[key] for name, value in job.outputs.items()},
        )
        for key in kept
    }
    return [job for key in kept for job in ended[key]], needed


def _kept(workflow: Workflow, above: str, ended: Mapping[str, Sequence[JobRecord]]) -> list[str]:
    """The keys of the jobs that need not run again; of a called workflow with what is above.

    What calls a workflow is gone through again itself: its outputs come from the jobs below.
    """
    below = {key: _calls(job, above + key, ended) for key, job in workflow.jobs.items()}
    again = {
        key
        for key, calls in below.items()
        if (not calls and not _went_well(ended.get(above + key, ())))
        or any(len(kept) < len(there) for kept, there in calls)
    }
    kept: list[str] = []
    for key, calls in below.items():
        if again & ancestors(workflow, key):
            continue
        if calls:
            kept += [each for kept_below, _ in calls for each in kept_below]
        elif key not in again:
            kept.append(above + key)
    return kept


def _calls(
    job: Job, key: str, ended: Mapping[str, Sequence[JobRecord]]
) -> list[tuple[list[str], set[str]]]:
    """Of each call that a job made, the keys of jobs to keep, and of all there were."""
    if job.called is None:
        return []
    heads = {
        each[: each.index("/", len(key)) + 1]
        for each in ended
        if each.startswith((f"{key}/", f"{key}:"))
    }
    return [
        (_kept(job.called.workflow, head, ended), {each for each in ended if each.startswith(head)})
        for head in sorted(heads)
    ]


def _went_well(jobs: Sequence[JobRecord]) -> bool:
    return {job.conclusion for job in jobs} in _WELL


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
