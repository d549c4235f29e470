"""A job that fails without having run: why stands on its page and in its log."""

from sandbox.github.runs.records import Run, moment
from sandbox.github.runs.running.job_log import JobLog
from sandbox.github.runs.running.job_task import FAILURE, JobEnd, Tools
from sandbox.github.runs.running.masking import JobMask


def refuse(tools: Tools, run: Run, job: int, reason: str) -> JobEnd:
    """Writes down why a job was not run."""
    records = tools.records
    records.set_job(job, started=moment(), note=reason)
    records.add_steps(job, ["Set up job"])
    log = JobLog(tools.log_of(run.id, run.attempt, job), JobMask([]))
    log(1, f"##[error]{reason}")
    log.close()
    now = moment()
    records.set_step(job, 1, status="completed", conclusion=FAILURE, started=now, completed=now)
    return JobEnd(FAILURE)
