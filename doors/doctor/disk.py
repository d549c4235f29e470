"""Free space, and folders that can be written."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import Needs, cache_place, nearest_existing

GB = 1_000_000_000
# What each part takes at its most, in bytes, rounded up.
_VENV = 0.4 * GB
_COMPILING = 5.5 * GB  # on a disk with no more, sources and compiled packages go when all is built
_BUILT = 1 * GB  # with Go
# Debian packages, base images, and all systems' images of one stack, which builder, registry and
# engine each have.
_ENGINE = 8.5 * GB
_ALWAYS = 0.2 * GB


@dataclass(frozen=True)
class Space:
    """One file system, and what is to be put on it."""

    place: Path
    free: int  # bytes that this user may still write
    needed: float  # bytes


def wanted(needs: Needs, checkout: Path) -> Mapping[Path, float]:
    """Bytes that the steps left will write, by folder."""
    engine = _ENGINE if needs.base_images or needs.debian_packages else 0
    cache = _ALWAYS + (_BUILT if needs.go else 0) + max(_COMPILING if needs.go else 0, engine)
    return {checkout: _ALWAYS + (_VENV if needs.python_packages else 0), cache_place(): cache}


def measure(folders: Mapping[Path, float]) -> list[Space]:
    """The probe: folders on one file system share what is free there."""
    spaces: dict[int, Space] = {}
    for folder, needed in folders.items():
        place = nearest_existing(folder)
        device = place.stat().st_dev
        known = spaces.get(device) or Space(place, shutil.disk_usage(place).free, 0)
        spaces[device] = replace(known, needed=known.needed + needed)
    return list(spaces.values())


def judge_space(spaces: Iterable[Space]) -> Iterator[Finding]:
    """Whether it is enough."""
    for space in spaces:
        found = f"{_gb(space.free)} free at {space.place}, {_gb(space.needed)} needed"
        if space.free >= space.needed:
            yield Finding("free disk", found)
            continue
        yield Finding(
            "free disk",
            found,
            Verdict.BLOCKED,
            f"Free {_gb(space.needed - space.free)} on that disk, or set XDG_CACHE_HOME to a folder"
            " on another one.",
        )


def why_not_writable(folder: Path) -> str | None:
    """The probe: the system's own words, or None if files can be made there."""
    place = nearest_existing(folder)
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return f"{place}: {os.strerror(error.errno or 0)}"
    return None


def judge_writable(problems: Mapping[str, str | None]) -> Iterator[Finding]:
    """Of each folder, by the variable that puts it elsewhere."""
    for variable, problem in problems.items():
        if problem is None:
            continue
        remedy = (
            f"Make it writable for this user, or set {variable} to a folder that is."
            if variable
            else "Make it writable for this user, or clone into a folder that is."
        )
        yield Finding("writable folders", problem, Verdict.BLOCKED, remedy)
    if not any(problems.values()):
        yield Finding("writable folders", "checkout, sandbox and cache")


def _gb(size: float) -> str:
    return f"{size / GB:.1f} GB"
