"""Measures what a `pulumi up` costs when nothing changed, beside one of an empty program.

python -m tests.bench.nothing_to_do [--runs 5]

The dev stack has to be up. Beside it runs one of as many resources that are nothing: what engine
and SDK take for each, whoever declares it. All run in turn, with the same engine, interpreter
and kind of state; after them, what `./with-sandbox` itself takes before its command.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doors.cli import prepare
from doors.home import Home
from tests.bench.table import Row, ratio, show
from tests.e2e.clone import CHECKOUT

_STACK = "dev"
_UP = ("pulumi", "up", "--stack", _STACK, "--yes", "--skip-preview", "--non-interactive")
_PROJECT = """\
name: measured
runtime: {name: python, options: {toolchain: pip, virtualenv: .venv}}
"""


_EMPTY = "import pulumi\n"
_BARE = """\
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("it", props)


class Bare(Resource, module="bench", name="Bare"):
    pass


for number in range({0}):
    pulumi.ComponentResource("bench:index:Component", f"component-{{number}}")
for number in range({1}):
    Bare(Provider(), f"resource-{{number}}", {{"number": number}})
"""
_SECONDS = "{:.2f} s"


@dataclass(frozen=True)
class Cost:
    """Of one command and of all that it started and waited for."""

    wall: float  # seconds
    cpu: float  # seconds of processors, user and system


def cost(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Cost:
    """Runs it to its end.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return Cost(wall, spent)


@dataclass(frozen=True)
class Run:
    """A project with a stack."""

    folder: Path
    environment: Mapping[str, str]

    def up(self) -> Cost:
        """Raises it."""
        return cost(_UP, self.folder, self.environment)


def project(folder: Path, program: str, environment: Mapping[str, str]) -> Run:
    """Lays down a program, and raises a stack of it."""
    folder.mkdir()
    (folder / "Pulumi.yaml").write_text(_PROJECT)
    (folder / "__main__.py").write_text(program)
    (folder / ".venv").symlink_to(CHECKOUT / ".venv")
    made = Run(folder, {**environment, "PULUMI_BACKEND_URL": f"file://{folder}?metadata=skip"})
    init = ("pulumi", "stack", "init", _STACK, "--non-interactive")
    subprocess.run(init, cwd=folder, env=made.environment, check=True, capture_output=True)
    made.up()
    return made


def counted(run: Run) -> tuple[int, int]:
    """How many components, and how many other resources, a stack has."""
    export = ("pulumi", "stack", "export", "--stack", _STACK)
    said = subprocess.check_output(export, cwd=run.folder, env=run.environment)
    custom = [each["custom"] for each in json.loads(said)["deployment"]["resources"]]
    return custom.count(False), custom.count(True)


def measure(times: int) -> list[Row]:
    """All in turn, then the way to a command in the sandbox."""
    home = Home.current()
    dev = Run(home.project, prepare(home).environment)
    with tempfile.TemporaryDirectory() as name:
        bare = _BARE.format(*counted(dev))
        runs = {
            "an empty program": project(Path(name, "empty"), _EMPTY, dev.environment),
            "as many bare resources": project(Path(name, "bare"), bare, dev.environment),
            "dev": dev,
        }
        for run in runs.values():
            run.up()  # what only the first one writes, such as bytecode
        costs: dict[str, list[Cost]] = {what: [] for what in runs}
        for _ in range(times):
            for what, run in runs.items():
                costs[what].append(run.up())
    command = (str(CHECKOUT / "with-sandbox"), "true")
    way = [cost(command, CHECKOUT, os.environ) for _ in range(times)]
    return [
        *_rows("wall", {what: [one.wall for one in each] for what, each in costs.items()}),
        *_rows("CPU", {what: [one.cpu for one in each] for what, each in costs.items()}),
        Row("./with-sandbox true, wall", [one.wall for one in way], _SECONDS),
    ]


def _rows(kind: str, found: Mapping[str, Sequence[float]]) -> Iterator[Row]:
    empty, *others = found
    yield Row(f"{empty}, {kind}", found[empty], _SECONDS)
    for what in others:
        yield Row(f"{what}, {kind}", found[what], _SECONDS)
        yield ratio("  of the empty program", found[what], found[empty])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args(arguments).runs
    show(f"`pulumi up` with nothing to do, {runs} times in turn", measure(runs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
