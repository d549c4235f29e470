"""The runs of a commit as the checks that they are."""

from sandbox.github.contract import CheckedJob, CheckedRun
from sandbox.github.runs.records import Run, RunRecords


def checks_of(records: RunRecords, repository: str, commit: str) -> list[CheckedRun]:
    """The runs that say something of a commit, oldest first."""
    return [_checked(records, each) for each in records.runs_on(repository, commit)]


def _checked(records: RunRecords, run: Run) -> CheckedRun:
    jobs = [
        CheckedJob(
            id=each.id,
            name=each.name,
            status=each.status,
            conclusion=each.conclusion,
            summary=each.note,
            started=each.started or each.created,
            completed=each.completed,
        )
        for each in records.jobs(run.id, run.attempt)
    ]
    return CheckedRun(
        id=run.id,
        number=run.number,
        event=run.event,
        status=run.status,
        conclusion=run.conclusion,
        created=run.created,
        updated=run.updated,
        commit=run.checked,
        workflow=run.workflow,
        workflow_name=run.name,
        workflow_path=run.path,
        jobs=jobs,
    )
