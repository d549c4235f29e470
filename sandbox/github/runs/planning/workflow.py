"""A workflow file: what it listens to and which jobs it has. The jobs' insides are for `act`."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from sandbox.github.runs.planning.expression_places import Place, mistakes
from sandbox.github.runs.planning.yaml_text import YamlError, parse_yaml, place_in
from sandbox.github.runs.runners.job_container import container_mistakes
from sandbox.github.runs.runners.services import service_mistakes

FOLDER = ".github/workflows"
_TOP = {"name", "run-name", "on", "permissions", "env", "defaults", "concurrency", "jobs"}
_JOB = {
    *("name", "needs", "if", "runs-on", "environment", "concurrency", "outputs", "env", "defaults"),
    *("steps", "timeout-minutes", "strategy", "continue-on-error", "container", "services"),
    *("permissions", "uses", "with", "secrets", "snapshot"),
}
_STEP = {
    *("id", "if", "name", "uses", "run", "with", "env", "shell", "working-directory"),
    *("continue-on-error", "timeout-minutes"),
}
# What a job may have that calls another workflow.
_CALL = {"name", "needs", "if", "uses", "with", "secrets", "strategy", "concurrency", "permissions"}
# docs.github.com, "Events that trigger workflows".
_EVENTS = frozenset(
    {
        *("branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment"),
        *("deployment_status", "discussion", "discussion_comment", "fork", "gollum"),
        *("image_version", "issue_comment", "issues", "label", "merge_group", "milestone"),
        *("page_build", "project", "project_card", "project_column", "public", "pull_request"),
        *("pull_request_comment", "pull_request_review", "pull_request_review_comment"),
        *("pull_request_target", "push", "registry_package", "release", "repository_dispatch"),
        *("schedule", "status", "watch", "workflow_call", "workflow_dispatch", "workflow_run"),
    }
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


class WorkflowError(Exception):
    """A file that GitHub would call an invalid workflow; the message says why."""


class PlacedError(WorkflowError):
    """The same, with where it stands in the file."""

    def __init__(self, place: Place, reason: str) -> None:
        super().__init__(reason)
        self.place = place


@dataclass(frozen=True, kw_only=True)
class Job:
    """One entry of `jobs`, as written."""

    key: str
    needs: Sequence[str]
    source: Mapping[str, Any] = field(repr=False)
    called: "Called | None" = field(default=None, repr=False)  # of one with `uses`, once found

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """Its steps, as written."""
        return list(self.source.get("steps") or [])


@dataclass(frozen=True, kw_only=True)
class Workflow:
    """One file that is a valid workflow."""

    path: str
    name: str  # the path if the file gives none
    on: Mapping[str, Mapping[str, Any]]  # event -> its filters or inputs
    jobs: Mapping[str, Job]  # in the file's order
    source: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Called:
    """The workflow that a job calls, where it was found."""

    workflow: Workflow
    repository: str
    commit: str
    ref: str  # as written, or of the run for a file of the same repository

    @property
    def address(self) -> str:
        """As GitHub names it, such as `acme/shared/.github/workflows/test.yml@v1`."""
        return f"{self.repository}/{self.workflow.path}@{self.ref}"


def is_workflow(name: str) -> bool:
    """Whether a file of the workflows' folder counts as one."""
    return PurePosixPath(name).suffix in {".yml", ".yaml"}


def parse_workflow(path: str, content: bytes) -> Workflow:
    """Reads a workflow file.

    Raises:
        WorkflowError: it is no YAML, or lacks what every workflow has.
    """
    try:
        source = parse_yaml(content)
    except YamlError as error:
        raise WorkflowError(str(error)) from None
    if not isinstance(source, dict):
        raise WorkflowError("A mapping was expected: a workflow has `on` and `jobs`")
    unknown = [str(key) for key in source if key not in _TOP]
    if unknown:
        raise WorkflowError(f"Unexpected value '{unknown[0]}'")
    if "on" not in source:
        raise WorkflowError("Required property is missing: on")
    try:
        events, jobs = _events(source["on"]), _jobs(source.get("jobs"))
    except PlacedError as error:
        raise WorkflowError(f"{place_in(content, error.place)}: {error}") from None
    for place, reason in mistakes(source):
        raise WorkflowError(f"{place_in(content, place)}: {reason}")
    name = source.get("name")
    return Workflow(
        path=path,
        name=path if name is None else str(name),
        on=events,
        jobs=jobs,
        source=source,
    )


def _events(on: Any) -> dict[str, dict[str, Any]]:  # noqa: ANN401 - from YAML
    if isinstance(on, str):
        on = {on: None}
    elif isinstance(on, list):
        on = {str(event): None for event in on}
    if not isinstance(on, dict) or not on:
        raise WorkflowError("Unexpected value in `on`: it names the events to listen to")
    unknown = [str(event) for event in on if event not in _EVENTS]
    if unknown:
        raise PlacedError(("on", unknown[0]), f"Unexpected value '{unknown[0]}'")
    events = {}
    for event, filters in on.items():
        if event == "schedule":
            events[str(event)] = {"cron": filters}
        elif filters is None or isinstance(filters, dict):
            events[str(event)] = filters or {}
        else:
            raise WorkflowError(f"Unexpected value '{filters}' in on.{event}")
    for name in ("branches", "tags", "paths"):
        both = [e for e, f in events.items() if name in f and f"{name}-ignore" in f]
        if both:
            raise WorkflowError(
                f"on.{both[0]}: you may only define one of {name} and {name}-ignore"
            )
    return events


def _jobs(source: Any) -> dict[str, Job]:  # noqa: ANN401 - from YAML
    if not isinstance(source, dict) or not source:
        raise WorkflowError("Required property is missing: jobs")
    jobs = {}
    for key, body in source.items():
        if not isinstance(key, str) or _NAME.fullmatch(key) is None:
            raise WorkflowError(
                f"The identifier '{key}' is invalid. IDs may only contain alphanumeric characters,"
                " '_', and '-'. IDs must start with a letter or '_' and must be less than 100"
                " characters."
            )
        jobs[key] = _job(key, body)
    if all(job.needs for job in jobs.values()):
        raise WorkflowError("The workflow must contain at least one job with no dependencies.")
    for job in jobs.values():
        for needed in job.needs:
            if needed not in jobs:
                raise WorkflowError(f"Job '{job.key}' depends on unknown job '{needed}'.")
    _refuse_circles(jobs)
    return jobs


def _job(key: str, body: Any) -> Job:  # noqa: ANN401 - from YAML
    if not isinstance(body, dict):
        raise WorkflowError(f"jobs.{key}: a mapping was expected")
    unknown = [str(name) for name in body if name not in _JOB]
    if unknown:
        raise PlacedError(("jobs", key, unknown[0]), f"jobs.{key}: Unexpected value '{unknown[0]}'")
    if "uses" in body:
        other = [str(name) for name in body if name not in _CALL]
        if other:
            raise WorkflowError(
                f"jobs.{key}: Unexpected value '{other[0]}': a job that calls a workflow by `uses`"
                " takes what it does from there"
            )
    else:
        for name in ("runs-on", "steps"):
            if not body.get(name):
                raise WorkflowError(f"jobs.{key}: Required property is missing: {name}")
        if not isinstance(body["steps"], list):
            raise WorkflowError(f"jobs.{key}.steps: a sequence was expected")
        for number, step in enumerate(body["steps"]):
            _check_step(("jobs", key, "steps", number), f"jobs.{key}.steps[{number}]", step)
        ids = [str(step["id"]) for step in body["steps"] if step.get("id") is not None]
        twice = next((each for each in ids if ids.count(each) > 1), None)
        if twice is not None:
            raise PlacedError(
                ("jobs", key, "steps"),
                f"jobs.{key}.steps: The identifier '{twice}' may not be used more than once within "
                "the same scope.",
            )
    _check_containers(key, body)
    needs = body.get("needs") or []
    return Job(key=key, needs=[needs] if isinstance(needs, str) else list(needs), source=body)


def _check_containers(job: str, body: Mapping[str, Any]) -> None:
    container = body.get("container")
    for part, reason in container_mistakes(container):
        place = ("jobs", job, "container", *([part] if part else []))
        raise PlacedError(place, f"jobs.{job}.container: {reason}")
    for name, reason in service_mistakes(body.get("services"), by_name=bool(container)):
        raise PlacedError(("jobs", job, "services", name), f"jobs.{job}.services: {reason}")


def _check_step(place: Place, name: str, step: Any) -> None:  # noqa: ANN401 - from YAML
    if not isinstance(step, dict) or ("run" in step) == ("uses" in step):
        raise PlacedError(place, f"{name}: a step has one of run and uses")
    unknown = [str(key) for key in step if key not in _STEP]
    if unknown:
        raise PlacedError((*place, unknown[0]), f"{name}: Unexpected value '{unknown[0]}'")


def _refuse_circles(jobs: Mapping[str, Job]) -> None:
    settled: set[str] = set()
    while len(settled) < len(jobs):
        ready = {key for key, job in jobs.items() if set(job.needs) <= settled} - settled
        if not ready:
            left = ", ".join(sorted(set(jobs) - settled))
            raise WorkflowError(f"The jobs {left} depend on each other in a circle.")
        settled |= ready
