"""Killing a real engine, or a provider of its, at one call of a run.

Either before the platform sees the call, or after it obeyed.
"""

import os
import re
import signal
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox.http.faults import HoldAfter, HoldBefore
from sandbox.http.request_log import LoggedRequest
from tests.faults.project import LONGEST_RUN, Project, wait_until
from tests.providers.platform import Platform

_IDS = re.compile(r"\b(?:srv|dep|rgc)-[0-9a-z]+|(?<=/)\d+\b")
_DEPLOY = re.compile(r"/deploys/")  # asked again and again until it is live: once is enough


@dataclass(frozen=True)
class Call:
    """One call of a run, told from the others whatever the order in which they come."""

    method: str
    path: str  # regular expression
    nth: int  # of its kind
    mutates: bool

    def __str__(self) -> str:
        return f"{self.method} {self.path} #{self.nth}"


def calls_of(requests: Sequence[LoggedRequest]) -> list[Call]:
    """The calls of an undisturbed run."""
    met: Counter[tuple[str, str]] = Counter()
    calls = []
    for request in requests:
        path = _IDS.sub("[^/]+", request.path.partition("?")[0])
        kind = (request.method, f"^{path}$")
        met[kind] += 1
        if met[kind] == 1 or not _DEPLOY.search(path):
            calls.append(Call(*kind, met[kind], request.mutates))
    return calls


def killed_at(
    project: Project, platform: Platform, call: Call, *, obeyed: bool, plugin: bytes = b""
) -> None:
    """Runs `pulumi up` and kills the engine at a call.

    Args:
        project: what is raised.
        platform: where.
        call: at which it dies.
        obeyed: whether the platform has done what the call asks; the answer never comes.
        plugin: what stands in the command line of the provider that dies in place of the engine.
    """
    action = HoldAfter() if obeyed else HoldBefore()
    rule = platform.fault(action, path=call.path, method=call.method, nth=call.nth)
    engine = project.start("up", "--yes", "--skip-preview")
    wait_until(lambda: platform.faults.hits(rule) or engine.poll() is not None)
    assert engine.poll() is None, f"{call}: the run ended without it\n{engine.communicate()[0]}"
    os.kill(_provider_of(engine.pid, plugin) if plugin else engine.pid, signal.SIGKILL)
    said, _ = engine.communicate(timeout=LONGEST_RUN)
    assert engine.returncode != 0, f"{call}: the run went well\n{said}"
    # What it started ends by itself; only then is the connection cut, so that nobody calls again.
    wait_until(lambda: not _left_by(project.sources))
    platform.faults.clear()


def _provider_of(engine: int, plugin: bytes) -> int:
    """The process of an engine's provider."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == engine and plugin in (entry / "cmdline").read_bytes():
                    return int(entry.name)
    raise AssertionError(f"engine {engine} has no provider {plugin.decode()}")


def _left_by(folder: Path) -> list[int]:
    """Processes that still work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found
