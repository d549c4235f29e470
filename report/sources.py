"""A plan put together from files: what the engine wrote, what the rules and price lists say."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from report.behaviour.reading import FILE as BEHAVIOUR
from report.behaviour.reading import read_behaviour
from report.comparison import compare
from report.plan import Cost, Plan, PolicyResult
from report.reading import UnreadablePlanError, read_plan

_LARGEST = 64 * 1024 * 1024  # bytes of one file; a stranger's workflow may have written it


def plan_from_files(folder: Path, stack: str) -> Plan:
    """The plan of a stack from a folder's files; those that are absent are left out.

    `head.json`: what the engine wrote, and the only one that must be there. `base.json`: the same
    of the state before, where both start from nothing. `drift.json`: the events of
    `refresh --preview-only`. `policies.json`, `costs-before.json`, `costs-after.json`: what
    `python -m policies` wrote with `--json`. `behaviour.json`: what `python -m doors behaviour`
    found.

    Raises:
        UnreadablePlanError: a file is there and is not what it should be.
    """
    plan = read_plan(text_of(folder / "head.json"), stack)
    if (folder / "base.json").is_file():
        plan = compare(read_plan(text_of(folder / "base.json"), stack), plan)
    if (folder / "drift.json").is_file():
        plan = replace(plan, drift=read_plan(text_of(folder / "drift.json"), stack).changes)
    if (rules := _objects(folder / "policies.json")) is not None:
        plan = replace(plan, policies=[_policy(each) for each in rules])
    if (folder / BEHAVIOUR).is_file():
        plan = replace(plan, behaviour=read_behaviour(folder / BEHAVIOUR))
    before, after = (_costs(folder / f"costs-{when}.json") for when in ("before", "after"))
    return replace(plan, costs_before=before, costs_after=after)


def text_of(path: Path) -> str:
    """A file's text; raises UnreadablePlanError if it is too large or none."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadablePlanError(f"{path.name}: larger than {_LARGEST >> 20} MB.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadablePlanError(f"{path.name}: can't be read ({type(error).__name__}).") from None


def _objects(path: Path) -> list[dict[str, Any]] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(text_of(path))
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadablePlanError(f"{path.name}: it must be a list of objects in JSON.")
    return found


def _policy(found: dict[str, Any]) -> PolicyResult:
    def text(key: str, default: str = "") -> str:
        return str(found.get(key) or default)

    return PolicyResult(
        rule=text("rule"),
        severity=text("severity", "medium"),
        object=text("object"),
        why=text("why"),
        remedy=text("remedy"),
        level=text("level", "advisory"),
        outcome=text("outcome", "broken"),
    )


def _costs(path: Path) -> Sequence[Cost] | None:
    objects = _objects(path)
    if objects is None:
        return None
    try:
        return [
            Cost(
                label=str(each["label"]),
                plan=str(each.get("plan") or ""),
                dollars=None if each.get("dollars") is None else float(each["dollars"]),
                as_of=str(each.get("as_of") or ""),
            )
            for each in objects
        ]
    except (KeyError, TypeError, ValueError):
        raise UnreadablePlanError(f"{path.name}: a cost needs label and dollars.") from None
