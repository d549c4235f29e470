"""What is said of a job, claim by claim (contract: docs.github.com, OpenID Connect reference)."""

import uuid
from typing import Any

from sandbox.github.http.accounts import Accounts
from sandbox.github.repositories.registry import Repository
from sandbox.github.runs.running.job_task import JobTask

LIFETIME = 300  # seconds
_EARLIER = 600  # seconds by which a clock elsewhere may be behind: GitHub's own `nbf`
# Claims that are the `github` context's values of the same name.
_OF_THE_CONTEXT = (
    *("repository", "repository_owner", "ref", "ref_type", "sha", "head_ref", "base_ref"),
    *("actor", "event_name", "workflow", "workflow_ref", "workflow_sha"),
    *("run_id", "run_number", "run_attempt"),
)
ALWAYS = (
    *("iss", "sub", "aud", "jti", "iat", "nbf", "exp", *_OF_THE_CONTEXT, "ref_protected"),
    *("job_workflow_ref", "job_workflow_sha", "check_run_id", "actor_id", "repository_id"),
    *("repository_owner_id", "repository_visibility", "runner_environment"),
)


def claims_of(
    task: JobTask,
    repository: Repository,
    accounts: Accounts,
    *,
    issuer: str,
    audience: str | None,
    now: int,
    server: str,
) -> dict[str, Any]:
    """The claims about a job.

    Args:
        task: the job.
        repository: whose it is.
        accounts: tell the numbers of logins.
        issuer: this GitHub, as the keys' discovery document names it.
        audience: for whom it is said; None for the owner's page, as on the platform.
        now: seconds since 1970.
        server: where the pages of this GitHub are; no slash at the end.
    """
    github, called = task.github, task.scope.called
    of_the_environment = {} if task.environment is None else {"environment": task.environment}
    return {
        **{name: str(github[name]) for name in _OF_THE_CONTEXT},
        **of_the_environment,
        "ref_protected": str(bool(github["ref_protected"])).lower(),
        "job_workflow_ref": str(github["workflow_ref"] if called is None else called.address),
        "job_workflow_sha": str(github["workflow_sha"] if called is None else called.commit),
        "check_run_id": str(task.id),
        "actor_id": str(accounts.account(task.run.actor).id),
        "repository_id": str(repository.id),
        "repository_owner_id": str(accounts.account(repository.owner).id),
        "repository_visibility": "private" if repository.private else "public",
        "runner_environment": "self-hosted",
        "iss": issuer,
        "sub": subject_of(task),
        "aud": audience or f"{server}/{repository.owner}",
        "jti": str(uuid.uuid4()),
        "iat": now,
        "nbf": now - _EARLIER,
        "exp": now + LIFETIME,
    }


def subject_of(task: JobTask) -> str:
    """`sub`: the repository, and the environment, or the pull request, or else the ref."""
    if task.environment is not None:
        where = "environment:" + task.environment.replace(":", "%3A")
    elif task.run.event == "pull_request":
        where = "pull_request"
    else:
        where = f"ref:{task.run.ref}"
    return f"repo:{task.run.repository}:{where}"
