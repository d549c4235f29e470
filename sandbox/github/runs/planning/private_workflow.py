"""The workflow file that `act` gets for one job.

Each job is an `act` of its own, so that it sees the secrets of its own environment and no others,
and so that its matrix, its condition and its name are settled before. The jobs it needs stand in
the file as jobs of one step that end as the real ones ended and give their outputs. A last job
writes down this job's outputs.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.github.runs.planning.expressions import with_all_secrets, with_inputs
from sandbox.github.runs.planning.workflow import Job, Workflow

RUNNER = "self-hosted"
COLLECTOR = "slipway-outputs"
ALL_SECRETS = "SLIPWAY_ALL_SECRETS"  # one that holds the others, for a file that names it
ENVIRONMENT_URL = "slipway-environment-url"  # an output that every job with such a URL gets
_DELIMITER = "SLIPWAY_END_OF_OUTPUTS_6b1f0c"
_DECIDED_BEFORE = {
    *("name", "if", "runs-on", "environment", "concurrency", "strategy", "timeout-minutes"),
    *("continue-on-error", "needs", "steps", "services", "container"),
}
# docs.github.com, "Variables reference", the default ones. GITHUB_TOKEN is none: steps set it.
_PLATFORM_S = re.compile(
    r"GITHUB_(?:ACTIONS?|ACTION_(?:PATH|REPOSITORY)|ACTOR(?:_ID)?|API_URL|BASE_REF|ENV"
    r"|EVENT_(?:NAME|PATH)|GRAPHQL_URL|HEAD_REF|JOB|OUTPUT|PATH|REF(?:_NAME|_PROTECTED|_TYPE)?"
    r"|REPOSITORY(?:_ID|_OWNER|_OWNER_ID)?|RETENTION_DAYS|RUN_(?:ATTEMPT|ID|NUMBER)|SERVER_URL|SHA"
    r"|STATE|STEP_SUMMARY|TRIGGERING_ACTOR|WORKFLOW(?:_REF|_SHA)?|WORKSPACE)"
    r"|RUNNER_(?:ARCH|DEBUG|ENVIRONMENT|NAME|OS|TEMP|TOOL_CACHE)",
    re.IGNORECASE,
)
_SAVING_ACTION = "actions/cache"


@dataclass(frozen=True)
class Needed:
    """How a job that others need ended."""

    result: str  # success, failure, skipped or cancelled
    outputs: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """A step as the API shows it, and the id by which act speaks of it."""

    name: str
    act_id: str
    script: str | None = None


def planned_steps(job: Job) -> list[PlannedStep]:
    """The job's steps, and those that actions add at its end."""
    steps = [
        PlannedStep(
            name=str(step.get("name") or f"Run {_first_line(step)}"),
            act_id=str(step.get("id") or number),
            script=str(step["run"]) if "run" in step else None,
        )
        for number, step in enumerate(job.steps)
    ]
    added = _added_steps(job)
    return [
        *steps,
        *(
            PlannedStep(name=step["name"], act_id=str(number))
            for number, step in enumerate(added, start=len(steps))
        ),
    ]


def private_workflow(
    workflow: Workflow,
    job: Job,
    *,
    matrix: Mapping[str, Any] | None,
    needed: Mapping[str, Needed],
    outputs: Path,
    inputs: Mapping[str, Any] | None = None,
) -> str:
    """The file's text.

    Args:
        workflow: the whole workflow.
        job: the one to run.
        matrix: its combination, if it has a matrix.
        needed: how the jobs it needs ended, by key.
        outputs: where the last job writes this job's outputs, as JSON.
        inputs: of a called workflow; None where they are those of the event.
    """
    jobs: dict[str, Any] = {key: _ended(each) for key, each in needed.items()}
    body = {key: value for key, value in job.source.items() if key not in _DECIDED_BEFORE}
    steps = [_without_the_platform_s(step) for step in job.steps]
    body |= {"runs-on": RUNNER, "if": "${{ always() }}", "steps": [*steps, *_added_steps(job)]}
    body = _without_the_platform_s(body)
    if job.source.get("container"):
        body["defaults"] = _with_plain_shell(body.get("defaults"), workflow.source.get("defaults"))
    environment = job.source.get("environment")
    if isinstance(environment, dict) and environment.get("url"):
        own = dict(body.get("outputs") or {})
        body["outputs"] = {**own, ENVIRONMENT_URL: environment["url"]}  # it may speak of steps
    if needed:
        body["needs"] = list(needed)
    strategy = _strategy(job, matrix)
    if strategy:
        body["strategy"] = strategy
    jobs[job.key] = body
    jobs[COLLECTOR] = _collector(job.key, outputs)
    kept = {
        key: workflow.source[key] for key in ("on", "env", "defaults") if key in workflow.source
    }
    if inputs is not None:
        kept = with_inputs({**kept, "on": "push"}, inputs)
        jobs[job.key] = with_inputs(body, inputs)
    kept, jobs[job.key] = (with_all_secrets(e, ALL_SECRETS) for e in (kept, jobs[job.key]))
    return json.dumps({"name": workflow.name, **kept, "jobs": jobs}, ensure_ascii=False)


def _without_the_platform_s(source: Mapping[str, Any]) -> dict[str, Any]:
    """A job or step whose `env` leaves the variables alone that GitHub lets nobody overwrite."""
    env = source.get("env")
    if not isinstance(env, Mapping):
        return dict(source)
    kept = {k: v for k, v in env.items() if not _PLATFORM_S.fullmatch(str(k))}
    return {**source, "env": kept}


def _with_plain_shell(own: Any, above: Any) -> dict[str, Any]:  # noqa: ANN401 - as YAML has it
    """`defaults` of a job in an image of its own choice, where the shell is `sh` if nobody says."""
    inner, outer = ((each or {}).get("run") or {} for each in (own, above))
    return {**(own or {}), "run": {"shell": "sh", **outer, **inner}}


def _strategy(job: Job, matrix: Mapping[str, Any] | None) -> dict[str, Any]:
    if matrix is None:
        return {}
    written = job.source.get("strategy") or {}
    plain = {
        key: written[key]
        for key in ("fail-fast", "max-parallel")
        if isinstance(written.get(key), (bool, int))
    }
    return {"matrix": {"include": [_literal(dict(matrix))]}, **plain}


def _ended(needed: Needed) -> dict[str, Any]:
    """A job that ends as another one ended. act has no cancelled jobs: those count as failed."""
    stub: dict[str, Any] = {
        "runs-on": RUNNER,
        "outputs": {name: _literal(value) for name, value in needed.outputs.items()},
        "steps": [{"run": f"exit {int(needed.result != 'success')}", "shell": "sh"}],
    }
    return {**stub, "if": "${{ false }}" if needed.result == "skipped" else "${{ always() }}"}


def _collector(key: str, outputs: Path) -> dict[str, Any]:
    script = (
        f"umask 077; cat > '{outputs}' <<'{_DELIMITER}'\n"
        f"${{{{ toJSON(needs['{key}'].outputs) }}}}\n{_DELIMITER}\n"
    )
    return {
        "runs-on": RUNNER,
        "needs": [key],
        "if": "${{ always() }}",
        "steps": [{"name": "outputs", "run": script, "shell": "sh"}],
    }


def _added_steps(job: Job) -> list[dict[str, Any]]:
    """Composite actions have no step after the job: saving a cache is one, added here."""
    return [
        {
            "name": f"Post {step.get('name') or 'Run ' + step['uses']}",
            "if": "success()",
            "shell": "sh",
            "run": '"$SLIPWAY_PYTHON" -I -S "$SLIPWAY_PROGRAMS/cache.py" save-missed',
        }
        for step in reversed(job.steps)
        if str(step.get("uses", "")).lower().startswith(f"{_SAVING_ACTION}@")
    ][:1]


def _first_line(step: Mapping[str, Any]) -> str:
    text = str(step.get("run", step.get("uses", ""))).strip()
    return text.splitlines()[0] if text else ""


def _literal(value: Any) -> Any:  # noqa: ANN401 - any value of YAML
    """A value in which act finds no expression."""
    if isinstance(value, str):
        return value.replace("${{", "${{ '${{' }}")
    if isinstance(value, dict):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, list) else value


def labels_of(rendered: Any) -> Sequence[str]:  # noqa: ANN401 - rendered from YAML
    """The labels of a rendered `runs-on`."""
    if isinstance(rendered, dict):
        rendered = rendered.get("labels", [])
    return [str(label) for label in rendered] if isinstance(rendered, list) else [str(rendered)]
