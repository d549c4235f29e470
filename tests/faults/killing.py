"""Killing a real engine at one call of a run, before the platform sees it or after it obeyed."""

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
from tests.faults.project import Project, wait_until
from tests.providers.render_platform import Render

_IDS = re.compile(r"\b(?:srv|dep|rgc)-[0-9a-z]+")
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


def killed_at(project: Project, render: Render, call: Call, *, obeyed: bool) -> None:
    """Runs `pulumi up` and kills the engine at a call.

    Args:
        project: what is raised.
        render: where.
        call: at which the engine dies.
        obeyed: whether the platform has done what the call asks; the answer never comes.
    """
    action = HoldAfter() if obeyed else HoldBefore()
    rule = render.fault(action, path=call.path, method=call.method, nth=call.nth)
    engine = project.start("up", "--yes", "--skip-preview")
    wait_until(lambda: render.faults.hits(rule) or engine.poll() is not None)
    assert engine.poll() is None, f"{call}: the run ended without it\n{engine.communicate()[0]}"
    os.kill(engine.pid, signal.SIGKILL)
    engine.communicate(timeout=60)
    # What it started ends by itself; only then is the connection cut, so that nobody calls again.
    wait_until(lambda: not _left_by(project.sources))
    render.faults.clear()


def _left_by(folder: Path) -> list[int]:
    """Processes that still work in a folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if (entry / "cwd").readlink() == folder:
                    found.append(int(entry.name))
    return found
