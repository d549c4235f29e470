"""How an entry of `jobs` ended, of which a matrix may make several jobs."""

from collections.abc import Sequence

from sandbox.github.runs.planning.job_plan import PlannedJob
from sandbox.github.runs.planning.private_workflow import Needed
from sandbox.github.runs.running.job_task import CANCELLED, FAILURE, SKIPPED, SUCCESS, JobEnd


def result_of(ends: Sequence[tuple[PlannedJob, JobEnd]]) -> Needed:
    """The worst of the results, and of each output the value that was given last."""
    outputs: dict[str, str] = {}
    results = set()
    for planned, ended in ends:
        outputs |= {name: value for name, value in ended.outputs.items() if value}
        forgiven = planned.forgiven and ended.conclusion == FAILURE
        results.add(SUCCESS if forgiven else ended.conclusion)
    worst = next(each for each in (FAILURE, CANCELLED, SUCCESS, SKIPPED) if each in results)
    return Needed(worst, outputs)
