"""What becomes of a job when the jobs it needs have ended: skipped, or the jobs to run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sandbox.github.runs.planning.expression_parser import Context
from sandbox.github.runs.planning.expression_values import ExpressionError, text_of, truth
from sandbox.github.runs.planning.expressions import condition, render
from sandbox.github.runs.planning.matrix import combinations, matrix_suffix
from sandbox.github.runs.planning.private_workflow import Needed, labels_of
from sandbox.github.runs.planning.workflow import Job, Workflow

_DEFAULT_MINUTES = 360.0


@dataclass(frozen=True, kw_only=True)
class PlannedJob:
    """One job to run; a matrix makes several of one entry."""

    name: str
    labels: tuple[str, ...]
    environment: str | None
    matrix: Mapping[str, Any] | None
    timeout_minutes: float
    forgiven: bool  # continue-on-error
    concurrency: Any = None  # its `concurrency:`, evaluated
    refusal: str | None = None  # why it fails without having run


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The jobs of one entry of `jobs`."""

    jobs: Sequence[PlannedJob]
    fail_fast: bool = True
    max_parallel: int | None = None


def ancestors(workflow: Workflow, key: str) -> set[str]:
    """The jobs a job needs, and those that they need."""
    found: set[str] = set()
    waiting = list(workflow.jobs[key].needs)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting.extend(workflow.jobs[each].needs)
    return found


def status_of(results: Iterable[str], *, cancelled: bool) -> dict[str, bool]:
    """What success(), failure() and cancelled() answer after jobs with these results."""
    ended = list(results)
    return {
        "success": not cancelled and all(result == "success" for result in ended),
        "failure": not cancelled and "failure" in ended,
        "cancelled": cancelled,
    }


def is_wanted(job: Job, context: Context) -> bool:
    """Whether the job's `if` holds; raises ExpressionError."""
    return condition(job.source.get("if"), context)


def plan_job(job: Job, context: Context) -> Plan:
    """The jobs to run.

    Raises:
        ExpressionError: something in the job's head cannot be evaluated.
    """
    strategy = job.source.get("strategy") or {}
    if not isinstance(strategy, dict):
        raise ExpressionError(f"jobs.{job.key}.strategy: a mapping was expected")
    if strategy.get("matrix") is None:
        return Plan(jobs=[_planned(job, context, None)])
    made = combinations(render(strategy["matrix"], context))
    most = render(strategy.get("max-parallel"), context)
    return Plan(
        jobs=[_planned(job, context, combination) for combination in made],
        fail_fast=truth(render(strategy.get("fail-fast", True), context)),
        max_parallel=int(float(most)) if most else None,
    )


def plain_name(job: Job) -> str:
    """A job's name where nothing can be evaluated: it is skipped."""
    return str(job.source.get("name") or job.key)


def refused_job(job: Job, reason: str) -> PlannedJob:
    """A job that fails without having run."""
    return PlannedJob(
        name=plain_name(job),
        labels=tuple(skipped_labels(job)),
        environment=None,
        matrix=None,
        timeout_minutes=0,
        forgiven=False,
        refusal=reason,
    )


def skipped_labels(job: Job) -> Sequence[str]:
    """The labels of a job that is skipped, as written."""
    return labels_of(job.source.get("runs-on", []))


def _planned(job: Job, context: Context, matrix: Mapping[str, Any] | None) -> PlannedJob:
    if matrix is not None:
        context = Context(values={**context.values, "matrix": dict(matrix)}, status=context.status)
    source = job.source
    written = source.get("name")
    name = text_of(render(written, context)) if written else job.key
    if matrix is not None and "${{" not in str(written or ""):
        name += matrix_suffix(matrix)
    environment = source.get("environment")
    if isinstance(environment, dict):  # its `url` may speak of steps, which have not run yet
        environment = environment.get("name")
    environment = render(environment, context)
    minutes = render(source.get("timeout-minutes"), context)
    return PlannedJob(
        name=name,
        labels=tuple(labels_of(render(source.get("runs-on", []), context))),
        environment=text_of(environment) or None,
        matrix=matrix,
        timeout_minutes=float(minutes) if minutes else _DEFAULT_MINUTES,
        concurrency=render(source.get("concurrency"), context),
        forgiven=truth(render(source.get("continue-on-error", False), context)),
    )


def needed_by(job: Job, ended: Mapping[str, Needed]) -> dict[str, Needed]:
    """How the jobs that a job names in `needs` ended."""
    return {key: ended[key] for key in job.needs}


def needs_context(needed: Mapping[str, Needed]) -> dict[str, Any]:
    """The `needs` context."""
    return {
        key: {"result": each.result, "outputs": dict(each.outputs)} for key, each in needed.items()
    }
