"""The deployment that a job with an environment is."""

import logging

from sandbox.github.runs.running.job_task import CANCELLED, SUCCESS, JobEnd, JobTask, Tools

_LOG = logging.getLogger(__name__)
_STATES = {SUCCESS: "success", CANCELLED: "error"}  # of any other end: failure


class JobDeployment:
    """One that is under way. What goes wrong with noting it down never ends a job."""

    def __init__(self, tools: Tools, task: JobTask, number: int, log_url: str) -> None:
        self._tools = tools
        self._task = task
        self._number = number
        self._log_url = log_url

    def end(self, ended: JobEnd) -> None:
        """Notes how it went, and where what was deployed can be seen."""
        try:
            self._tools.repositories.end_deployment(
                self._task.run.repository,
                self._number,
                state=_STATES.get(ended.conclusion, "failure"),
                log_url=self._log_url,
                url=ended.environment_url,
            )
        except Exception:  # noqa: BLE001 - logged; its repository may be gone
            _LOG.exception("Job %s: the end of its deployment was not noted", self._task.id)


def begin_deployment(tools: Tools, task: JobTask) -> JobDeployment | None:
    """Notes that a job deploys; None for one without an environment."""
    if task.environment is None:
        return None
    run = task.run
    log_url = tools.addresses.job(run.repository, run.id, task.id)
    number = tools.repositories.begin_deployment(
        run.repository,
        run.commit_id,
        ref=run.ref_name,
        environment=task.environment,
        log_url=log_url,
    )
    return JobDeployment(tools, task, number, log_url)
