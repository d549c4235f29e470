"""Which contexts a workflow file may name where: found before anything runs.

docs.github.com, "Contexts reference", "Context availability".
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sandbox.github.runs.planning.expression_values import ExpressionError
from sandbox.github.runs.planning.expressions import check_template

Place = tuple[str | int, ...]  # keys and indexes from the top of the file

_RUN = frozenset({"github", "inputs", "vars"})
_PLAN = _RUN | {"needs"}
_JOB = _PLAN | {"strategy", "matrix"}
_AT_WORK = _JOB | {"job", "runner", "env", "steps"}
_STEP = _AT_WORK | {"secrets"}
_CREDENTIALS = _JOB | {"env", "secrets"}

_OF_FILE = {"run-name": _RUN, "concurrency": _RUN, "env": _RUN | {"secrets"}}
_OF_JOB = {
    "concurrency": _JOB,
    "continue-on-error": _JOB,
    "defaults": _JOB | {"env"},
    "env": _JOB | {"secrets"},
    "if": _PLAN,
    "name": _JOB,
    "outputs": _STEP,
    "runs-on": _JOB,
    "secrets": _JOB | {"secrets"},
    "strategy": _PLAN,
    "timeout-minutes": _JOB,
    "with": _JOB,
}
_OF_STEP = {
    "if": _AT_WORK,
    **dict.fromkeys(("continue-on-error", "env", "name", "run", "timeout-minutes"), _STEP),
    **dict.fromkeys(("with", "working-directory"), _STEP),
}
# Of a job's container, and of each of its services, what is evaluated while the job is at work.
_OF_CONTAINER = {"credentials": _CREDENTIALS, "env": _CREDENTIALS | {"job", "runner"}}
_OF_ENVIRONMENT = {"url": _AT_WORK}


def mistakes(source: Mapping[str, Any]) -> Iterator[tuple[Place, str]]:
    """Expressions that cannot be read, or that name what is not known where they stand.

    Args:
        source: a workflow file whose jobs are mappings.
    """
    yield from _of(source, _OF_FILE, ())
    for key, job in source["jobs"].items():
        place = ("jobs", key)
        yield from _of(job, _OF_JOB, place)
        yield from _parts(job.get("environment"), _OF_ENVIRONMENT, (*place, "environment"))
        yield from _parts(job.get("container"), _OF_CONTAINER, (*place, "container"))
        services = job.get("services")
        for name, each in services.items() if isinstance(services, dict) else ():
            yield from _parts(each, _OF_CONTAINER, (*place, "services", name))
        for number, step in enumerate(job.get("steps") or ()):
            yield from _of(step, _OF_STEP, (*place, "steps", number))


def _of(
    holder: Mapping[str, Any], allowed: Mapping[str, frozenset[str]], place: Place
) -> Iterator[tuple[Place, str]]:
    for name, known in allowed.items():
        if name in holder:
            yield from _wrong(holder[name], known, (*place, name), bare=name == "if")


def _parts(
    value: object, later: Mapping[str, frozenset[str]], place: Place
) -> Iterator[tuple[Place, str]]:
    """What is a job's to know, but for some of its parts."""
    if not isinstance(value, dict):
        yield from _wrong(value, _JOB, place)
        return
    for name, each in value.items():
        yield from _wrong(each, later.get(name, _JOB), (*place, name))


def _wrong(
    value: object, known: frozenset[str], place: Place, *, bare: bool = False
) -> Iterator[tuple[Place, str]]:
    inner: Sequence[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    for name, each in inner:
        yield from _wrong(each, known, (*place, name))
    if inner or isinstance(value, dict | list):
        return
    try:
        check_template(value, bare=bare, known=known)
    except ExpressionError as error:
        yield place, str(error)
