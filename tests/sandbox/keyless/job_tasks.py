"""A job as the runs half describes it when it is about to run."""

from sandbox.github.runs.calls.scope import Scope
from sandbox.github.runs.planning.event import Addresses, github_context
from sandbox.github.runs.planning.workflow import parse_workflow
from sandbox.github.runs.records import Run
from sandbox.github.runs.running.job_task import JobTask

SHA = "c0ffee" * 6 + "c0ff"


def task(
    server: str,
    *,
    number: int = 41,
    repository: str = "slipway/training",
    ref: str = "refs/heads/main",
    event: str = "push",
    environment: str | None = None,
    top: str = "",
    job: str = "permissions: {id-token: write}",
    head_repository: str = "",
) -> JobTask:
    """A job of publish.yml; `top` and `job` are lines of the workflow and of the job."""
    path = ".github/workflows/publish.yml"
    text = f"""
name: Publish
on: {event}
{top}
jobs:
  publish:
    runs-on: ubuntu-latest
    {job}
    steps: [{{run: "true"}}]
"""
    workflow = parse_workflow(path, text.encode())
    run = Run(
        id=11,
        workflow=3,
        repository=repository,
        path=path,
        name="Publish",
        number=5,
        attempt=2,
        event=event,
        ref=ref,
        commit_id=SHA,
        before_id="0" * 40,
        actor="slipway",
        title="",
        payload={},
        status="in_progress",
        conclusion=None,
        note=None,
        created="",
        started="",
        updated="",
        told=False,
        called=[],
        whole=1,
        head_repository=head_repository,
        head_branch="work" if head_repository else "",
        head_id=SHA if head_repository else "",
    )
    return JobTask(
        id=number,
        run=run,
        scope=Scope(workflow=workflow, inputs={}, secrets=lambda _environment, _token: {}),
        job=workflow.jobs["publish"],
        labels=("ubuntu-latest",),
        environment=environment,
        matrix=None,
        needed={},
        event={},
        github=github_context(run, {}, Addresses(server)),
    )
