# ruff: noqa: T201 - a command line: it says what it found
"""Asks the rules about what lies in a file.

    python -m policies state FILE     what `pulumi stack export` wrote, with or without secrets
    python -m policies plan FILE      what `pulumi preview --json` wrote
    python -m policies render FILE    anybody's render.yaml
    python -m policies space FOLDER   the folder of anybody's Space, or its README.md
    python -m policies rules          the rules themselves, as a table in Markdown

It ends with 1 if a mandatory rule is broken, and with 2 if it can't read the file.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from policies.check import check, stops, table
from policies.costs import costs
from policies.declared import everything_of
from policies.rule import Result, Settings
from policies.rules import ALL
from policies.rules_table import rules_table
from policies.settings import load, of_stack, strict
from policies.sources import pulumi_json, render_blueprint, space_folder
from policies.things import Everything
from slipway.errors import ConfigError

Reader = Callable[[Path], tuple[Everything, str]]  # -> things, and the name of their stack


def main(arguments: Sequence[str]) -> int:
    """Runs one command; its exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "rules":
        print(rules_table())
        return 0
    try:
        everything, stack = _READERS[options.command](options.path)
        settings = _settings(options, stack)
    except ConfigError as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if options.costs:
        print(_costs(everything, as_json=options.json))
        return 0
    results = check(everything, ALL, settings)
    print(_as_json(results) if options.json else _as_text(results, everything))
    return 1 if stops(results) else 0


def _pulumi(path: Path) -> tuple[Everything, str]:
    resources = pulumi_json.read(path)
    return everything_of(resources), resources[0].stack


_READERS: Mapping[str, Reader] = {
    "state": _pulumi,
    "plan": _pulumi,
    "render": lambda path: (render_blueprint.read(path), ""),
    "space": lambda path: (space_folder.read(path), ""),
}


def _settings(options: argparse.Namespace, stack: str) -> dict[str, Settings]:
    if options.settings is not None:
        return load(options.settings, ALL)
    name = options.stack or stack
    return of_stack(name, ALL) if name else strict(ALL)


def _as_json(results: Sequence[Result]) -> str:
    return json.dumps([asdict(each) for each in results], indent=2)


def _as_text(results: Sequence[Result], everything: Everything) -> str:
    count = f"{len(ALL)} rules, {len(everything.things)} things"
    if not results:
        return f"{count}: all of them are kept."
    return f"{table(results)}\n{count}."


def _costs(everything: Everything, *, as_json: bool) -> str:
    found = list(costs(everything))
    if as_json:
        return json.dumps([asdict(each) for each in found], indent=2)
    lines = [
        f"{each.dollars:10.2f}  {each.label} ({each.plan}, {each.as_of})"
        if each.dollars is not None
        else f"   unknown  {each.label} ({each.plan or 'plan not known yet'})"
        for each in found
    ]
    total = sum(each.dollars or 0 for each in found)
    return "\n".join([*lines, f"{total:10.2f}  dollars a month, as far as it is known"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("command", choices=[*_READERS, "rules"])
    parser.add_argument("path", type=Path, nargs="?", default=Path())
    parser.add_argument("--json", action="store_true", help="the results as a list of objects")
    parser.add_argument("--costs", action="store_true", help="list prices of a month instead")
    parser.add_argument("--stack", help="whose settings: policies/STACK.json; else the state's own")
    parser.add_argument("--settings", type=Path, help="another file of settings")
    return parser
