"""Measures how soon a pushed commit's first step runs, and how fast a queue of jobs is worked off.

python -m tests.bench.job_pace [--pushes 5] [--jobs 20]

Both on this machine itself and in containers, whose image is there already. Seconds.
"""

import argparse
import json
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.sandbox.public.sandboxes import Served, served_sandbox

_HOST = ("--no-containers", "--jobs", "host")
_AT = re.compile(r"first-step ([0-9.]+)$", re.MULTILINE)
_FIRST_STEP = "python3 -c 'import time; print(\"first-step\", time.time())'"
_FILE = ".github/workflows/w.yml"


def _workflow(jobs: int) -> str:
    job = {
        "runs-on": "ubuntu-latest",
        "strategy": {"matrix": {"n": list(range(jobs))}},
        "steps": [{"run": _FIRST_STEP}],
    }
    return json.dumps({"on": "push", "jobs": {"job": job}})


def _first_steps(served: Served, folder: Path, pushes: int) -> list[float]:
    """From the beginning of each push to its first step."""
    served.repository("pace")
    taken = []
    for number in range(pushes + 1):  # the first makes what later ones find
        began = time.time()
        commit = served.push("pace", {_FILE: _workflow(1), "n": str(number)}, folder)
        conclusion, log = served.run("pace", commit)
        assert conclusion == "success", log
        taken.append(_steps(log)[0] - began)
    return taken[1:]


def _queue(served: Served, folder: Path, jobs: int) -> tuple[float, float]:
    """From a push of many jobs to the first step of the last one, and to the end of the run."""
    served.repository("queue")
    began = time.time()
    commit = served.push("queue", {_FILE: _workflow(jobs)}, folder)
    conclusion, log = served.run("queue", commit, seconds=600)
    ended = time.time() - began
    assert conclusion == "success", log
    assert len(_steps(log)) == jobs
    return max(_steps(log)) - began, ended


def _steps(log: str) -> list[float]:
    return [float(each) for each in _AT.findall(log)]


def _show(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints a table; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pushes", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=20)
    options = parser.parse_args(arguments)
    _show(f"{os.cpu_count()} processors, {options.pushes} pushes, {options.jobs} jobs")
    _show("| | push to first step, median (least, most) | whole queue | jobs a minute |")
    _show("|---|---|---|---|")
    for name, flags in (("on this machine itself", _HOST), ("in containers", ())):
        with tempfile.TemporaryDirectory() as folder:
            place = Path(folder)
            with served_sandbox(place / "home", *flags) as served:
                taken = _first_steps(served, place / "pace", options.pushes)
                _, ended = _queue(served, place / "queue", options.jobs)
        shown = f"{statistics.median(taken):.1f} ({min(taken):.1f}, {max(taken):.1f})"
        rate = options.jobs / ended * 60
        _show(f"| {name} | {shown} | {ended:.0f} | {rate:.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
