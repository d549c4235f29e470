"""The machine itself: its kind, its memory, the programs that must be there already."""

import os
import platform
import resource
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import Needs

_ARCHITECTURES = ("x86_64", "amd64", "aarch64", "arm64")
_SYSTEMS = ("Linux", "Darwin")
_MB = 1_000_000
_COMPILING_MB = 2000  # linking the CLI takes 1.97 GB at its most, measured
_OTHERWISE_MB = 500
_FILES = 512


def judge_architecture(system: str, machine: str) -> Finding:
    """Programs and packages are published for a few kinds only."""
    found = f"{system} on {machine}"
    if system in _SYSTEMS and machine.lower() in _ARCHITECTURES:
        return Finding("architecture", found)
    return Finding(
        "architecture",
        found,
        Verdict.BLOCKED,
        "Use a 64-bit Linux or macOS on x86-64 or arm64; nothing needed here is published for this"
        " one.",
    )


def architecture() -> Finding:
    """Probe and judgement."""
    return judge_architecture(platform.system(), platform.machine())


@dataclass(frozen=True)
class Memory:
    """Megabytes that a process can still get."""

    available: int
    bounded_by: str  # "the machine", "its control group", "ulimit -v"


def measure_memory(proc: Path = Path("/proc"), cgroup: Path = Path("/sys/fs/cgroup")) -> Memory:
    """The probe: the smallest of the bounds."""
    bounds = [Memory(sys.maxsize, "nothing that is known here")]
    meminfo = proc / "meminfo"
    if meminfo.is_file():
        fields = dict(line.split(":", 1) for line in meminfo.read_text("ascii").splitlines())
        kilobytes = sum(int(fields[name].split()[0]) for name in ("MemAvailable", "SwapFree"))
        bounds.append(Memory(kilobytes * 1024 // _MB, "the machine"))
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        try:
            left = int((cgroup / limit).read_text()) - int((cgroup / used).read_text())
        except (OSError, ValueError):  # of the other kind, or "max"
            continue
        bounds.append(Memory(left // _MB, "its control group"))
    address_space = resource.getrlimit(resource.RLIMIT_AS)[0]
    if address_space != resource.RLIM_INFINITY:
        bounds.append(Memory(address_space // _MB, "`ulimit -v`"))
    return min(bounds, key=lambda bound: bound.available)


def judge_memory(memory: Memory, needs: Needs) -> Finding:
    """Whether the largest step left gets what it takes."""
    needed = _COMPILING_MB if needs.go else _OTHERWISE_MB
    found = f"{memory.available} MB available ({memory.bounded_by}), {needed} MB needed"
    if memory.available >= needed:
        return Finding("memory", found)
    remedy = "End other programs, add swap, or give this machine or container more memory."
    if memory.bounded_by.startswith("`ulimit"):
        remedy = "Lift the limit: `ulimit -v unlimited`."
    return Finding("memory", found, Verdict.BLOCKED, remedy)


def judge_open_files(limit: int) -> Finding:
    """Servers and an engine's client hold many at once."""
    found = f"{limit} may be open at once" if limit >= 0 else "any number may be open at once"
    if limit >= _FILES or limit < 0:
        return Finding("open files", found)
    return Finding(
        "open files", found, Verdict.BLOCKED, f"Let this user open more: `ulimit -n {8 * _FILES}`."
    )


def open_files() -> Finding:
    """Probe and judgement."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return judge_open_files(-1 if limit == resource.RLIM_INFINITY else limit)


def programs(needs: Needs) -> Iterator[Finding]:
    """Programs that nothing here installs."""
    git = shutil.which("git")
    if git is None:
        yield Finding(
            "git",
            "not on PATH",
            Verdict.BLOCKED,
            "Install it (Debian, Ubuntu: `apt-get install git`).",
        )
    else:
        yield Finding("git", git)
    if needs.python_packages:
        yield judge_venv(
            can_make=find_spec("ensurepip") is not None and find_spec("venv") is not None,
            can_install=os.geteuid() == 0 and shutil.which("apt-get") is not None,
        )


def judge_venv(*, can_make: bool, can_install: bool) -> Finding:
    """Debian packs what makes virtual environments by itself."""
    if can_make:
        return Finding("virtual environments", "this Python makes them")
    if can_install:
        return Finding("virtual environments", "python3-venv will be installed")
    return Finding(
        "virtual environments",
        "this Python can't make them",
        Verdict.BLOCKED,
        "Install what it lacks (Debian, Ubuntu: `apt-get install python3-venv`).",
    )
