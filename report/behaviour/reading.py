"""Reads what `python -m doors behaviour` found.

Whoever ran it may be a stranger: nothing is taken for what it says it is.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.behaviour.findings import ChangedAnswer, Latency, Memory, Page, Size, System
from report.reading import UnreadablePlanError

FILE = "behaviour.json"
_LARGEST = 4 << 20  # bytes
_MOST = 200  # of anything in a row


def read_behaviour(path: Path) -> list[System]:
    """The findings of a file.

    Raises:
        UnreadablePlanError: it is there and is not what it should be.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UnreadablePlanError(f"{path.name}: larger than {_LARGEST >> 20} MB.")
        systems = _list(json.loads(path.read_text(encoding="utf-8")), "systems")
        return [_system(each) for each in systems]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, UnreadablePlanError):
            raise
        raise UnreadablePlanError(
            f"{path.name}: these are no findings of `python -m doors behaviour` "
            f"({type(error).__name__})."
        ) from None


def _system(found: Mapping[str, Any]) -> System:
    answers, failed = found.get("answers") or {}, dict(found.get("failed") or {})
    return System(
        name=str(found["system"]),
        because=[str(each) for each in _list(found, "because")],
        failed={each: str(failed[each]) for each in ("base", "head") if each in failed},
        same=int(answers.get("same") or 0),
        changed=[_changed(each) for each in _list(answers, "changed")],
        unsteady=[str(each) for each in _list(answers, "unsteady")],
        latency=[
            Latency(
                request=str(each["request"]),
                ratio=float(each["ratio"]),
                low=float(each["low"]),
                high=float(each["high"]),
                pairs=int(each["pairs"]),
                verdict=str(each["verdict"]),
            )
            for each in _list(found, "latency")
        ],
        memory=[
            Memory(
                name=str(each["name"]),
                before=int(each["before"]),
                after=int(each["after"]),
                requests=int(each["requests"]),
                grown_before=int(each["grown_before"]),
                grown_after=int(each["grown_after"]),
                verdict=str(each["verdict"]),
            )
            for each in _list(found, "memory")
        ],
        images=[_size(each) for each in _list(found, "images")],
        weights=[_size(each) for each in _list(found, "weights")],
        pages=[
            Page(str(each["name"]), str(each["verdict"]), [*map(str, _list(each, "pictures"))])
            for each in _list(found, "pages")
        ],
        no_pictures=str(found.get("no_pictures") or ""),
        seconds=float(found.get("seconds") or 0),
    )


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key) or []
    if not isinstance(value, list):
        raise TypeError(key)
    return value[:_MOST]


def _changed(found: Mapping[str, Any]) -> ChangedAnswer:
    before, after = found["status"]
    parts = [(str(place), str(old), str(new)) for place, old, new in _list(found, "parts")]
    return ChangedAnswer(str(found["request"]), (int(before), int(after)), parts)


def _size(found: Mapping[str, Any]) -> Size:
    before, after = (None if found[k] is None else int(found[k]) for k in ("before", "after"))
    return Size(str(found["name"]), before, after, bool(found.get("other")))
