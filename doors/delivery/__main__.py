# ruff: noqa: T201 - a command line: it says what it did
"""Plans a stack, carries a kept plan out, and looks whether it has drifted.

    python -m doors.delivery plan  STACK FOLDER          keeps a plan, and says its digest
    python -m doors.delivery apply STACK FOLDER DIGEST   does what that plan says, and nothing else
    python -m doors.delivery drift STACK FOLDER          what was changed outside of it
    python -m doors.delivery snapshot STACK FOLDER       its state without secrets, as STACK.json

Which platforms and which state are meant, the environment says: PULUMI_BACKEND_URL and what opens
the state; credentials of platforms may lie in the stack's file, sealed. In a workflow `plan` hands
`digest` and `changes` on to the jobs after it.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from doors.delivery.engine import Engine
from doors.delivery.plans import carry_out, changes, digest, make_plan
from report.reading import UnreadablePlanError, read_plan
from report.terminal import render_terminal
from toolchain.progress import SetupError


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command and returns its exit code; errors for people go to stderr."""
    parser = argparse.ArgumentParser(prog="python -m doors.delivery", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=["plan", "apply", "drift", "snapshot"])
    parser.add_argument("stack")
    parser.add_argument("folder", type=Path)
    parser.add_argument("digest", nargs="?", default="")
    options = parser.parse_args(arguments)
    try:
        engine = Engine.of_environment(Path.cwd(), options.stack)
        if options.command == "plan":
            return _plan(engine, options.folder)
        if options.command == "apply":
            return carry_out(engine, options.folder, options.digest)
        if options.command == "drift":
            return _drift(engine, options.folder)
        return _snapshot(engine, options.folder)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1


def _plan(engine: Engine, folder: Path) -> int:
    code = make_plan(engine, folder)
    if code != 0:
        return code
    said = {"digest": digest(folder), "changes": changes(folder, engine.stack)}
    print(f"Plan {said['digest']}: {said['changes']} objects would change.")
    if output := os.environ.get("GITHUB_OUTPUT"):
        with Path(output).open("a", encoding="utf-8") as file:
            file.writelines(f"{key}={value}\n" for key, value in said.items())
    return 0


def _drift(engine: Engine, folder: Path) -> int:
    """It takes no lock, so that it never stands in the way of a deployment."""
    folder.mkdir(parents=True, exist_ok=True)
    code, events = engine.events("refresh", "--preview-only")
    (folder / "drift.json").write_text(events, encoding="utf-8")
    try:
        print(render_terminal(read_plan(events, engine.stack)), end="")
    except UnreadablePlanError:
        print(events, end="")
        return code or 1
    return code


def _snapshot(engine: Engine, folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    engine.snapshot(folder / f"{engine.stack}.json")
    return 0


if __name__ == "__main__":
    sys.exit(main())
