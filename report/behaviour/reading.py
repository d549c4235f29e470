"""Reads what `python -m doors behaviour` found.

Whoever ran it may be a stranger: nothing is taken for what it says it is.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from report.behaviour.findings import ChangedAnswer, Latency, Memory, Page, Size, System
from report.reading import UnreadablePlanError
from report.untrusted import count, number, parsed, text, texts

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
        systems = _list(parsed(path.read_text(encoding="utf-8")), "systems")
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
        name=text(found, "system"),
        because=texts(found, "because")[:_MOST],
        failed={each: text(failed, each) for each in ("base", "head") if each in failed},
        same=count(answers, "same", 0),
        changed=[_changed(each) for each in _list(answers, "changed")],
        unsteady=texts(answers, "unsteady")[:_MOST],
        latency=[
            Latency(
                request=text(each, "request"),
                ratio=number(each, "ratio"),
                low=number(each, "low"),
                high=number(each, "high"),
                pairs=count(each, "pairs"),
                verdict=text(each, "verdict"),
            )
            for each in _list(found, "latency")
        ],
        memory=[
            Memory(
                name=text(each, "name"),
                before=count(each, "before"),
                after=count(each, "after"),
                requests=count(each, "requests"),
                grown_before=count(each, "grown_before"),
                grown_after=count(each, "grown_after"),
                verdict=text(each, "verdict"),
            )
            for each in _list(found, "memory")
        ],
        images=[_size(each) for each in _list(found, "images")],
        weights=[_size(each) for each in _list(found, "weights")],
        pages=[
            Page(text(each, "name"), text(each, "verdict"), texts(each, "pictures")[:_MOST])
            for each in _list(found, "pages")
        ],
        no_pictures=text(found, "no_pictures", ""),
        seconds=number(found, "seconds", 0),
    )


def _list(found: Mapping[str, Any], key: str) -> list[Any]:
    value = found.get(key) or []
    if not isinstance(value, list):
        raise TypeError(key)
    return value[:_MOST]


def _changed(found: Mapping[str, Any]) -> ChangedAnswer:
    before, after = found["status"]
    status = {"before": before, "after": after}
    parts = [_part(each) for each in _list(found, "parts")]
    return ChangedAnswer(
        text(found, "request"), (count(status, "before"), count(status, "after")), parts
    )


def _size(found: Mapping[str, Any]) -> Size:
    before, after = (None if found[k] is None else count(found, k) for k in ("before", "after"))
    return Size(text(found, "name"), before, after, found.get("other") is True)


def _part(found: list[Any]) -> tuple[str, str, str]:
    place, old, new = texts({"part": found}, "part")
    return place, old, new
