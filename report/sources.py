"""A plan put together from files: what the engine wrote, what the rules and price lists say."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from report.behaviour.reading import FILE as BEHAVIOUR
from report.behaviour.reading import read_behaviour
from report.comparison import compare
from report.plan import Cost, Plan, PolicyResult
from report.reading import UnreadablePlanError, read_plan
from report.untrusted import number, parsed, text

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DEAREST = 10**9  # dollars a month
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
        try:
            plan = replace(plan, policies=[_policy(each) for each in rules])
        except (TypeError, ValueError) as error:
            raise UnreadablePlanError(f"policies.json: {error} must be a text.") from None
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
        found = parsed(text_of(path))
    except UnreadablePlanError:
        raise
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise UnreadablePlanError(f"{path.name}: it must be a list of objects in JSON.")
    return found


def _policy(found: dict[str, Any]) -> PolicyResult:
    return PolicyResult(
        rule=text(found, "rule", ""),
        severity=text(found, "severity", "medium"),
        object=text(found, "object", ""),
        why=text(found, "why", ""),
        remedy=text(found, "remedy", ""),
        level=text(found, "level", "advisory"),
        outcome=text(found, "outcome", "broken"),
    )


def _costs(path: Path) -> Sequence[Cost] | None:
    objects = _objects(path)
    if objects is None:
        return None
    try:
        return [_cost(each) for each in objects]
    except (TypeError, ValueError) as error:
        raise UnreadablePlanError(
            f"{path.name}: {error} of a cost; it needs a label, dollars or null, and as_of such as "
            "2026-08."
        ) from None


def _cost(found: dict[str, Any]) -> Cost:
    dollars = None if found.get("dollars") is None else float(number(found, "dollars"))
    as_of = text(found, "as_of", "")
    if as_of and not _MONTH.fullmatch(as_of):
        raise ValueError("as_of")
    if dollars is not None and not 0 <= dollars <= _DEAREST:
        raise ValueError("dollars")
    return Cost(
        label=text(found, "label"), plan=text(found, "plan", ""), dollars=dollars, as_of=as_of
    )
