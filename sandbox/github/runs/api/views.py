"""Workflows, runs, jobs and check runs as the API shows them."""

from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from sandbox.github.http.accounts import Account, Accounts
from sandbox.github.http.describe import minimal_repository, node_id, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository
from sandbox.github.runs.records import JobRecord, Run, StepRecord, WorkflowFile

_APP = {"id": 15368, "slug": "github-actions", "name": "GitHub Actions"}


def workflow_view(workflow: WorkflowFile, name: str, urls: Urls) -> dict[str, Any]:
    """A workflow file."""
    api = f"{urls.api}/repos/{workflow.repository}/actions/workflows/{workflow.id}"
    file = PurePosixPath(workflow.path).name
    web = f"{urls.web}/{workflow.repository}"
    return {
        "id": workflow.id,
        "node_id": node_id("Workflow", workflow.id),
        "name": name,
        "path": workflow.path,
        "state": "active",
        "created_at": workflow.created,
        "updated_at": workflow.created,
        "url": api,
        "html_url": f"{web}/blob/HEAD/{quote(workflow.path)}",
        "badge_url": f"{web}/actions/workflows/{quote(file)}/badge.svg",
    }


def run_view(run: Run, repository: Repository, accounts: Accounts, urls: Urls) -> dict[str, Any]:
    """A run."""
    place = f"{urls.api}/repos/{run.repository}"
    api = f"{place}/actions/runs/{run.id}"
    account = accounts.find(run.actor) or Account(run.actor, organization=False)
    actor = simple_user(account, urls)
    shown = minimal_repository(repository, accounts, urls)
    return {
        "id": run.id,
        "name": run.name,
        "node_id": node_id("WorkflowRun", run.id),
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CheckSuite", run.id),
        "head_branch": run.branch,
        "head_sha": run.checked,
        "path": run.path,
        "run_number": run.number,
        "run_attempt": run.attempt,
        "event": run.event,
        "display_title": run.title,
        "status": run.status,
        "conclusion": run.conclusion,
        "workflow_id": run.workflow,
        "url": api,
        "html_url": f"{urls.web}/{run.repository}/actions/runs/{run.id}",
        "pull_requests": [],
        "created_at": run.created,
        "updated_at": run.updated,
        "run_started_at": run.started,
        "actor": actor,
        "triggering_actor": actor,
        "referenced_workflows": list(run.called),
        "previous_attempt_url": f"{api}/attempts/{run.attempt - 1}" if run.attempt > 1 else None,
        "jobs_url": f"{api}/jobs",
        "logs_url": f"{api}/logs",
        "check_suite_url": f"{place}/check-suites/{run.id}",
        "artifacts_url": f"{api}/artifacts",
        "cancel_url": f"{api}/cancel",
        "rerun_url": f"{api}/rerun",
        "workflow_url": f"{place}/actions/workflows/{run.workflow}",
        "head_commit": {
            "id": run.checked,
            "tree_id": run.checked,
            "message": run.title,
            "timestamp": run.created,
            "author": {"name": run.actor, "email": f"{run.actor}@localhost"},
            "committer": {"name": run.actor, "email": f"{run.actor}@localhost"},
        },
        "repository": shown,
        "head_repository": shown,
    }


def job_view(run: Run, job: JobRecord, steps: list[StepRecord], urls: Urls) -> dict[str, Any]:
    """A job with its steps."""
    repository = f"{urls.api}/repos/{run.repository}"
    return {
        "id": job.id,
        "run_id": run.id,
        "workflow_name": run.name,
        "head_branch": run.branch,
        "run_url": f"{repository}/actions/runs/{run.id}",
        "run_attempt": job.attempt,
        "node_id": node_id("CheckRun", job.id),
        "head_sha": run.checked,
        "url": f"{repository}/actions/jobs/{job.id}",
        "html_url": f"{urls.web}/{run.repository}/actions/runs/{run.id}/job/{job.id}",
        "status": job.status,
        "conclusion": job.conclusion,
        "created_at": job.created,
        "started_at": job.started or job.created,
        "completed_at": job.completed,
        "name": job.name,
        "steps": [
            {
                "name": step.name,
                "status": step.status,
                "conclusion": step.conclusion,
                "number": step.number,
                "started_at": step.started,
                "completed_at": step.completed,
            }
            for step in steps
        ],
        "check_run_url": f"{repository}/check-runs/{job.id}",
        "labels": list(job.labels),
        "runner_id": 1 if job.started else None,
        "runner_name": "slipway-sandbox" if job.started else None,
        "runner_group_id": 1 if job.started else None,
        "runner_group_name": "Default" if job.started else None,
    }


def check_run_view(run: Run, job: JobRecord, annotations: int, urls: Urls) -> dict[str, Any]:
    """The check run that a job is."""
    repository = f"{urls.api}/repos/{run.repository}"
    api = f"{repository}/check-runs/{job.id}"
    web = f"{urls.web}/{run.repository}/actions/runs/{run.id}/job/{job.id}"
    return {
        "id": job.id,
        "name": job.name,
        "node_id": node_id("CheckRun", job.id),
        "head_sha": run.checked,
        "external_id": str(job.id),
        "url": api,
        "html_url": web,
        "details_url": web,
        "status": job.status,
        "conclusion": job.conclusion,
        "started_at": job.started or job.created,
        "completed_at": job.completed,
        "output": {
            "title": None,
            "summary": job.note,
            "text": None,
            "annotations_count": annotations,
            "annotations_url": f"{api}/annotations",
        },
        "check_suite": {"id": run.id},
        "app": _APP,
        "pull_requests": [],
    }


def check_suite_view(run: Run, checks: int, urls: Urls) -> dict[str, Any]:
    """The check suite that a run is."""
    repository = f"{urls.api}/repos/{run.repository}"
    api = f"{repository}/check-suites/{run.id}"
    return {
        "id": run.id,
        "node_id": node_id("CheckSuite", run.id),
        "head_branch": run.branch,
        "head_sha": run.checked,
        "status": run.status,
        "conclusion": run.conclusion,
        "url": api,
        "before": run.before_id,
        "after": run.checked,
        "pull_requests": [],
        "app": _APP,
        "created_at": run.created,
        "updated_at": run.updated,
        "latest_check_runs_count": checks,
        "check_runs_url": f"{api}/check-runs",
        "rerequestable": True,
        "runs_rerequestable": True,
    }
