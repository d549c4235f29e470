"""The folder one job runs in, and the command that runs it there."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.github.runs.planning.private_workflow import COLLECTOR, RUNNER
from sandbox.github.runs.running.job_environment import machine_environment

_PROGRAMS = Path(__file__).parent / "programs"
_STEP_SHELL = _PROGRAMS / "step_shell.py"
_SHELLS = ("bash", "sh", "python")  # those that `shell:` may name and that are started as such


@dataclass(frozen=True, kw_only=True)
class JobInput:
    """What a job is given. Its representation names no secret."""

    workflow_text: str
    event: Mapping[str, Any]
    github: Mapping[str, Any]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    actions: Mapping[str, Path]  # "owner/name@ref" -> its files
    environment: Mapping[str, str]  # for this job's steps, besides what every job has

    def __repr__(self) -> str:
        return f"JobInput(secrets={sorted(self.secrets)}, variables={sorted(self.variables)})"


class JobFiles:
    """One job's private folder; everything in it goes when the job ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.outputs = folder / "outputs.json"
        self.errors = folder / "errors.log"
        self._secrets = folder / "secrets.yml"
        self._shells = folder / "shells"

    def write(self, given: JobInput) -> None:
        """Makes the folder."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o700)
        for name in ("home", "workspace", "shells", "act"):
            (self.folder / name).mkdir()
        self._write("workflow.yml", given.workflow_text)
        self._write("event.json", json.dumps(given.event))
        # JSON is YAML, and act reads a file of this ending whole: values of several lines stay.
        self._write("secrets.yml", json.dumps(dict(given.secrets), ensure_ascii=False))
        self._write("variables.yml", json.dumps(dict(given.variables), ensure_ascii=False))
        self._write("context.yml", json.dumps(self._context(given.github), ensure_ascii=False))
        for name in _SHELLS:
            program = self._shells / name
            program.write_text(
                f"#!/bin/sh\nexec {_quoted(sys.executable)} -I -S {_quoted(_STEP_SHELL)}"
                f' {name} "$@"\n',
                encoding="utf-8",
            )
            program.chmod(0o700)

    def environment(self, given: JobInput) -> dict[str, str]:
        """All variables that act, and with it every step, starts with."""
        machine = machine_environment(self.home, given.environment.get("HF_ENDPOINT", ""))
        return {
            **machine,
            **given.environment,
            "PATH": f"{self._shells}:{given.environment.get('PATH', machine['PATH'])}",
            "ACT_DISABLE_VERSION_CHECK": "1",
            "SLIPWAY_SHELLS": str(self._shells),
            "SLIPWAY_PYTHON": sys.executable,
            "SLIPWAY_PROGRAMS": str(_PROGRAMS),
        }

    def command(self, act: Path, given: JobInput) -> list[str]:
        """The command; it names files, and nothing that is secret."""
        local = (f"--local-repository={name}={path}" for name, path in given.actions.items())
        return [
            str(act),
            str(given.github["event_name"]),
            *("--json", "--no-cache-server", "--no-skip-checkout", "--rm"),
            *("--job", COLLECTOR, "--platform", f"{RUNNER}=-self-hosted"),
            *("--directory", str(self.folder / "workspace")),
            *("--workflows", str(self.folder / "workflow.yml")),
            *("--eventpath", str(self.folder / "event.json")),
            *("--secret-file", str(self._secrets)),
            *("--var-file", str(self.folder / "variables.yml")),
            *("--env-file", str(self.folder / "context.yml")),
            *("--input-file", str(self.folder / "no-inputs")),
            *("--action-cache-path", str(self.folder / "act")),
            *("--actor", str(given.github["actor"])),
            *local,
        ]

    def forget_secrets(self) -> None:
        """Removes the file with the secrets: act has read it."""
        self._secrets.unlink(missing_ok=True)

    def read_outputs(self) -> dict[str, str]:
        """The job's outputs."""
        if not self.outputs.is_file():
            return {}
        try:
            said = json.loads(self.outputs.read_text(encoding="utf-8"))
        except ValueError:
            return {}
        return {str(name): str(value) for name, value in (said or {}).items()}

    def _context(self, github: Mapping[str, Any]) -> dict[str, str]:
        """The variables from which act makes the `github` context, and those it does not know."""
        plain = {
            f"GITHUB_{name.upper()}": str(value)
            for name, value in github.items()
            if isinstance(value, str)
        }
        return {
            **plain,
            "SHA_REF": str(github["sha"]),  # act's own name for it
            "RUNNER_NAME": "slipway-sandbox",
            "RUNNER_ENVIRONMENT": "self-hosted",
        }

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _quoted(path: str | Path) -> str:
    return "'" + str(path).replace("'", "'\\''") + "'"
