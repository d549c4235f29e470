"""Measures what a `pulumi up` costs when nothing changed, beside one of an empty program.

python -m tests.bench.nothing_to_do [--pairs 5]

The dev stack has to be up. The two run in turn, with the same engine, interpreter and kind of
state; after them, in turn with nothing, what `./with-sandbox` itself takes before its command.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doors.cli import prepare
from doors.home import Home
from tests.bench.table import Row, ratio, show
from tests.e2e.clone import CHECKOUT

_STACK = "dev"
_UP = ("pulumi", "up", "--stack", _STACK, "--yes", "--skip-preview", "--non-interactive")
_PROJECT = """\
name: empty
runtime: {name: python, options: {toolchain: pip, virtualenv: .venv}}
"""


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


def empty_project(folder: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """Lays down a program that declares nothing, and a stack for it; the environment for both."""
    (folder / "Pulumi.yaml").write_text(_PROJECT)
    (folder / "__main__.py").write_text("import pulumi\n")
    (folder / ".venv").symlink_to(CHECKOUT / ".venv")
    own = {**environment, "PULUMI_BACKEND_URL": f"file://{folder}?metadata=skip"}
    cost(("pulumi", "stack", "init", _STACK), folder, own)
    cost(_UP, folder, own)
    return own


def measure(pairs: int) -> list[Row]:
    """The empty program and the dev stack in turn, then the way to a command in the sandbox."""
    home = Home.current()
    environment = prepare(home).environment
    empty, stack = [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        own = empty_project(folder, environment)
        cost(_UP, home.project, environment)  # what only the first one writes, such as bytecode
        for _ in range(pairs):
            empty.append(cost(_UP, folder, own))
            stack.append(cost(_UP, home.project, environment))
        command = (str(CHECKOUT / "with-sandbox"), "true")
        way = [cost(command, CHECKOUT, os.environ) for _ in range(pairs)]
    seconds = "{:.2f} s"
    return [
        Row("empty program, wall", [one.wall for one in empty], seconds),
        Row("dev with nothing to do, wall", [one.wall for one in stack], seconds),
        ratio("  of the empty one", [one.wall for one in stack], [one.wall for one in empty]),
        Row("empty program, CPU", [one.cpu for one in empty], seconds),
        Row("dev with nothing to do, CPU", [one.cpu for one in stack], seconds),
        ratio("  of the empty one", [one.cpu for one in stack], [one.cpu for one in empty]),
        Row("./with-sandbox true, wall", [one.wall for one in way], seconds),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures and prints; the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=int, default=5)
    pairs = parser.parse_args(arguments).pairs
    show(f"`pulumi up` with nothing to do, {pairs} pairs in turn", measure(pairs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
