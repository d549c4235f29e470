"""What a job's steps pointed out, as annotations of the check that it is."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sandbox.github.http.requests import Urls
from sandbox.github.runs.records import Run
from sandbox.github.runs.running.job_log import Line

_LEVELS = {"error": "failure", "warning": "warning", "notice": "notice"}
_MOST_OF_A_STEP = 10  # of each level; docs.github.com, "Annotations" of workflow commands
_MOST_OF_A_JOB = 50


def annotations_of(run: Run, lines: Sequence[Line], here: Urls) -> list[dict[str, Any]]:
    """The lines of a job's log that are errors, warnings or notices, as the API shows them.

    The log does not keep which file and line a step named: all of them are the workflow's.
    """
    found, counts = [], Counter[tuple[int, str]]()
    for line in lines:
        mark, closed, message = line.text.removeprefix("##[").partition("]")
        level = _LEVELS.get(mark)
        if not closed or level is None or not line.text.startswith("##["):
            continue
        counts[line.step, level] += 1
        if counts[line.step, level] <= _MOST_OF_A_STEP:
            found.append(_view(run, level, message, here))
    return found[:_MOST_OF_A_JOB]


def _view(run: Run, level: str, message: str, here: Urls) -> dict[str, Any]:
    place = f"{here.web}/{run.repository}/blob/{run.checked}"
    return {
        "path": ".github",
        "blob_href": f"{place}/.github",
        "start_line": 1,
        "start_column": None,
        "end_line": 1,
        "end_column": None,
        "annotation_level": level,
        "title": "",
        "message": message,
        "raw_details": "",
    }
