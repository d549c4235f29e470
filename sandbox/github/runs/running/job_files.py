"""The folder one job runs in, and the command that runs it there."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.github.runs.planning.private_workflow import ALL_SECRETS, COLLECTOR, RUNNER
from sandbox.github.runs.runners.runner import JobFolders, JobPaths
from sandbox.github.runs.runners.untrusted_files import read_written

OUTPUTS = "outputs.json"  # in the folder `out`
_STEP_SHELL = "step_shell.py"
_SHELLS = ("bash", "sh", "python")  # those that `shell:` may name and that are started as such
_MOST_OUTPUTS = 8 * 1024 * 1024  # bytes; GitHub takes one megabyte of them, of a job


@dataclass(frozen=True, kw_only=True)
class JobInput:
    """What a job is given. Its representation names no secret."""

    workflow_text: str
    event: Mapping[str, Any]
    github: Mapping[str, Any]
    secrets: Mapping[str, str]
    variables: Mapping[str, str]
    environment: Mapping[str, str]  # for this job's steps, besides what every job has

    def __repr__(self) -> str:
        return f"JobInput(secrets={sorted(self.secrets)}, variables={sorted(self.variables)})"


class JobFiles:
    """One job's private folder; everything in it goes when the job ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.given = folder / "given"
        self.out = folder / "out"
        self.errors = folder / "errors.log"
        self._secrets = self.given / "secrets.yml"

    def folders(
        self, *, source: Path, artifacts: Path, cache: Path, actions: Mapping[str, Path]
    ) -> JobFolders:
        """What the job is given, with what it shares with others."""
        return JobFolders(
            name=f"job-{self.folder.name}",
            folder=self.folder,
            given=self.given,
            out=self.out,
            source=source,
            artifacts=artifacts,
            cache=cache,
            actions=actions,
        )

    def make(self) -> None:
        """Makes the folder, empty."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o700)
        for each in (self.given, self.out):
            each.mkdir()

    def write(self, given: JobInput, paths: JobPaths) -> None:
        """Writes what the job reads."""
        self._write("workflow.yml", given.workflow_text)
        self._write("event.json", json.dumps(given.event))
        secrets = dict(given.secrets)
        if ALL_SECRETS in given.workflow_text:
            secrets[ALL_SECRETS] = json.dumps(secrets, ensure_ascii=False, sort_keys=True)
        # JSON is YAML, and act reads a file of this ending whole: values of several lines stay.
        self._write("secrets.yml", json.dumps(secrets, ensure_ascii=False))
        self._write("variables.yml", json.dumps(dict(given.variables), ensure_ascii=False))
        self._write("context.yml", json.dumps(self._context(given.github), ensure_ascii=False))
        shells = self.given / "shells"
        shells.mkdir()
        step_shell = f"{paths.programs}/{_STEP_SHELL}"
        for name in _SHELLS:
            program = shells / name
            program.write_text(
                f"#!/bin/sh\nexec {_quoted(paths.python)} -I -S {_quoted(step_shell)}"
                f' {name} "$@"\n',
                encoding="utf-8",
            )
            program.chmod(0o700)

    def environment(
        self, machine: Mapping[str, str], given: JobInput, paths: JobPaths
    ) -> dict[str, str]:
        """All variables that act, and with it every step, starts with.

        Args:
            machine: those of the place where it runs.
            given: what the job is given.
            paths: where it finds things.
        """
        shells = f"{paths.given}/shells"
        return {
            **machine,
            **given.environment,
            "PATH": f"{shells}:{given.environment.get('PATH', machine['PATH'])}",
            "ACT_DISABLE_VERSION_CHECK": "1",
            "SLIPWAY_SHELLS": shells,
            "SLIPWAY_PYTHON": paths.python,
            "SLIPWAY_PROGRAMS": paths.programs,
            "SLIPWAY_SOURCE": paths.source,
            "SLIPWAY_ARTIFACTS": paths.artifacts,
            "SLIPWAY_CACHE": paths.cache,
        }

    def command(self, given: JobInput, paths: JobPaths) -> list[str]:
        """The command; it names files, and nothing that is secret."""
        at = paths.given
        local = (f"--local-repository={name}={path}" for name, path in paths.actions.items())
        return [
            paths.act,
            str(given.github["event_name"]),
            *("--json", "--no-cache-server", "--no-skip-checkout", "--rm"),
            *("--job", COLLECTOR, "--platform", f"{RUNNER}=-self-hosted"),
            *("--directory", paths.workspace),
            *("--workflows", f"{at}/workflow.yml"),
            *("--eventpath", f"{at}/event.json"),
            *("--secret-file", f"{at}/secrets.yml"),
            *("--var-file", f"{at}/variables.yml"),
            *("--env-file", f"{at}/context.yml"),
            *("--input-file", f"{at}/no-inputs"),
            *("--action-cache-path", paths.action_cache),
            *("--actor", str(given.github["actor"])),
            *local,
        ]

    def forget_secrets(self) -> None:
        """Removes the file with the secrets: act has read it."""
        self._secrets.unlink(missing_ok=True)

    def read_outputs(self) -> dict[str, str]:
        """The job's outputs; none if what it left is no such file."""
        try:
            said = json.loads(read_written(self.out / OUTPUTS, _MOST_OUTPUTS) or "{}")
        except (ValueError, RecursionError):
            return {}
        if not isinstance(said, dict):
            return {}
        return {str(name): str(value) for name, value in said.items()}

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
        path = self.given / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _quoted(path: str) -> str:
    return "'" + path.replace("'", "'\\''") + "'"
