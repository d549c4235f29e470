"""A small project and the real engine, for what a provider shows only between two runs."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from toolchain.progress import Progress
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import local_backend, pulumi_environment

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class PulumiProject:
    """A project with a stack, and a backend of its own beside it."""

    folder: Path
    environment: dict[str, str]

    @classmethod
    def make(cls, parent, program, variables):
        """One whose `__main__.py` is the program; the variables are its endpoint and credential."""
        folder = parent / "project"
        folder.mkdir()
        (parent / "backend").mkdir()
        python = f"{{name: python, options: {{virtualenv: {Path(sys.prefix)}}}}}"
        (folder / "Pulumi.yaml").write_text(f"name: slipway\nruntime: {python}\n", encoding="utf-8")
        (folder / "__main__.py").write_text(program, encoding="utf-8")
        (folder / "slipway").symlink_to(_ROOT / "slipway")
        environment = {
            **os.environ,
            **pulumi_environment(ensure_pulumi(Progress()), parent / "state"),
            "PULUMI_BACKEND_URL": local_backend(parent / "backend"),
            "PULUMI_CONFIG_PASSPHRASE": "",
            **variables,
        }
        made = cls(folder, environment)
        made.run("stack", "init", "dev")
        return made

    def run(self, *arguments, fails=False):
        """What the command said."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        said = done.stdout + done.stderr
        assert (done.returncode != 0) is fails, said
        return said
