"""A Pulumi project of a test's own, run by the real engine against a sandbox's Render.

The engine's processes keep a quicker pace than people need (see `pace/`), so that a test can afford
many runs. What is declared lies in `declared.json`: a change of it is a change of the program.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from doors.deployment import Pulumi
from tests.providers.render_platform import KEY
from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

ROOT = Path(__file__).parents[2]
STACK = "dev"
LONGEST_RUN = 300  # seconds


@dataclass
class Ran:
    """A command that ended."""

    code: int
    said: str  # both streams

    @property
    def ok(self) -> bool:
        return self.code == 0


class Project:
    """One project with one stack and a backend in its folder."""

    def __init__(self, folder: Path, render_url: str, program: str, declared: Any) -> None:
        self.folder = folder
        self.sources = folder / "project"
        self.sources.mkdir(parents=True)
        python = f"{{name: python, options: {{virtualenv: {Path(sys.prefix)}}}}}"
        self._write("Pulumi.yaml", f"name: slipway\nruntime: {python}\n")
        self._write("__main__.py", program)
        self.declare(declared)
        (self.sources / "slipway").symlink_to(ROOT / "slipway")
        self.backend.mkdir()
        self.url = render_url

    @cached_property
    def environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("RENDER_")},
            **pulumi_environment(ensure_pulumi(Progress()), self.folder / "state"),
            "PULUMI_BACKEND_URL": local_backend(self.backend),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PYTHONPATH": f"{ROOT / 'tests/faults/pace'}{os.pathsep}{ROOT}",
            "RENDER_API_URL": self.url,
            "RENDER_API_KEY": KEY,
        }

    def declare(self, declared: Any) -> None:
        """What the program is to raise from now on."""
        self._write("declared.json", json.dumps(declared))

    def pulumi(self, *arguments: str) -> Ran:
        """Runs a command to its end; nobody is there to answer a question."""
        ended = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.sources,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LONGEST_RUN,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout + ended.stderr)

    def must(self, *arguments: str) -> str:
        ran = self.pulumi(*arguments)
        assert ran.ok, ran.said
        return ran.said

    def up(self, *options: str) -> str:
        return self.must("up", "--yes", "--skip-preview", *options)

    def unchanged(self) -> str:
        """Nothing differs, neither from the program nor from the platform."""
        return self.must("preview", "--refresh", "--expect-no-changes")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """The engine in the background."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.sources,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def init(self) -> None:
        """Makes the stack."""
        self.must("stack", "init", STACK)
        shutil.copytree(self.backend, self.folder / "pristine")

    def forget(self) -> None:
        """The stack as it was made: the engine knows of nothing."""
        shutil.rmtree(self.backend)
        shutil.copytree(self.folder / "pristine", self.backend)

    @property
    def backend(self) -> Path:
        return self.folder / "backend"

    def take_up(self, *options: str) -> str:
        """What `make up` does after an engine died here; everything that is said."""
        home = SimpleNamespace(backend=self.backend, project=self.sources, folder=self.folder)
        pulumi = Pulumi(home, self.environment)
        note = pulumi.release_stale_lock(STACK)
        assert note, "the engine was killed while it held the lock"
        pulumi.forget_interrupted_creates(STACK)
        return note + self.up(*options)

    def state(self) -> dict[str, Any]:
        """The stack's state as it is stored, secrets encrypted."""
        stored = self.backend / ".pulumi" / "stacks" / "slipway" / f"{STACK}.json"
        return json.loads(stored.read_text(encoding="utf-8"))["checkpoint"]["latest"]

    def outputs(self) -> dict[str, Any]:
        return json.loads(self.must("stack", "output", "--json"))

    def _write(self, name: str, text: str) -> None:
        (self.sources / name).write_text(text, encoding="utf-8")


def wait_until(holds, seconds: float = LONGEST_RUN, *, every: float = 0.01) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(every)
    return found
