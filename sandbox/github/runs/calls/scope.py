"""What the jobs of one workflow of a run share; a called workflow has a scope of its own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.github.runs.calls.checking import INHERIT
from sandbox.github.runs.calls.declaration import Declaration, declaration_of, is_required
from sandbox.github.runs.calls.nested_permissions import bounded
from sandbox.github.runs.permissions import Permissions, permissions_of
from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError, text_of
from sandbox.github.runs.planning.expressions import render
from sandbox.github.runs.planning.workflow import Called, Job, Workflow
from sandbox.github.runs.records import Run
from sandbox.github.service import GitHubService

TOKEN = "github_token"  # noqa: S105 - the name of a secret

# From the environment of a job, and the job's own token, to its secrets by name.
Secrets = Callable[[str | None, str], Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Scope:
    """One workflow of a run."""

    workflow: Workflow
    inputs: Mapping[str, Any]
    secrets: Secrets = field(repr=False)
    limit: Permissions | None = None  # of its jobs' tokens; None where there is none
    called: Called | None = None  # None of the run's own workflow
    above: str = ""  # before its jobs' keys in a run's records, such as "deploy/"
    name: str = ""  # before its jobs' names, such as "deploy / "

    def permissions(self, job: Job) -> Permissions | None:
        """What the token of one of its jobs, or of what that one calls, may do."""
        return bounded(permissions_of(self.workflow.source, job.source), self.limit)


def own_secrets(run: Run, repositories: GitHubService) -> Secrets:
    """Those of a run's own workflow; what a fork proposes has none but its token."""

    def secrets(environment: str | None, token: str) -> Mapping[str, str]:
        kept = {} if run.foreign else repositories.secrets(run.repository, environment)
        return {**kept, TOKEN: token}

    return secrets


def passed_secrets(
    caller: Scope, job: Job, context: Context, run: Run, repositories: GitHubService
) -> Secrets:
    """Those of a workflow that a job calls: what the job passes, and the environments' own.

    What is inherited does not reach a workflow of another owner.
    """
    called = job.called
    same_owner = called is not None and _owner(called.repository) == _owner(run.repository)
    written = job.source.get("secrets") or {}

    def secrets(environment: str | None, token: str) -> Mapping[str, str]:
        above = caller.secrets(None, token)
        if written == INHERIT:
            passed = dict(above) if same_owner else {}
        else:
            seen = Context(values={**context.values, "secrets": above})
            passed = {name: text_of(render(value, seen)) for name, value in written.items()}
        if environment is not None and not run.foreign:
            passed |= repositories.environment_secrets(run.repository, environment)
        return {**passed, TOKEN: token}

    return secrets


def require_secrets(declared: Declaration, secrets: Secrets) -> None:
    """Raises ExpressionError if one is missing, or empty, that a called workflow needs."""
    given = {name.lower() for name, value in secrets(None, TOKEN).items() if value}
    for name, rules in declared.secrets.items():
        if is_required(rules) and name.lower() not in given:
            raise ExpressionError(f"Secret {name} is required, but not provided while calling.")


def declared_by(called: Called) -> Declaration:
    """What the workflow that was found to be callable declares."""
    found = declaration_of(called.workflow)
    if found is None:
        raise ExpressionError(f"{called.address} cannot be called")
    return found


def _owner(repository: str) -> str:
    return repository.partition("/")[0].lower()
