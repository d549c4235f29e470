"""The engine in this checkout, with the platforms and the state that the environment names."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from doors.foreground import run_with_excerpt
from toolchain.progress import Progress, SetupError
from toolchain.pulumi.cli import ensure_pulumi

_STREAM = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "1"}
_STATE = "PULUMI_BACKEND_URL"


@dataclass(frozen=True)
class Engine:
    """`pulumi` for one stack."""

    project: Path  # the folder of Pulumi.yaml
    stack: str
    environment: Mapping[str, str]

    @classmethod
    def of_environment(cls, project: Path, stack: str) -> "Engine":
        """As the environment of this process says.

        Raises:
            SetupError: it names no state; or there is no `pulumi` and none can be had.
        """
        # A workflow sets what nobody gave it to nothing, which programs take for a value.
        given = {key: value for key, value in os.environ.items() if value}
        if _STATE not in given:
            raise SetupError(
                f"Stack {stack}: {_STATE} is not set, which says where its state lies. In a "
                f"workflow it is a variable of the environment that the job names."
            )
        toolchain = ensure_pulumi(Progress())
        return cls(
            project,
            stack,
            {
                **given,
                "PATH": os.pathsep.join([str(toolchain.bin_folder), given.get("PATH", "")]),
                "PULUMI_SKIP_UPDATE_CHECK": "true",
                "SLIPWAY_PYTHON": sys.executable,  # runs our language host; see launchers
            },
        )

    def events(self, *arguments: str) -> tuple[int, str]:
        """Runs a command that changes nothing; its exit code and its events, one a line."""
        ended = subprocess.run(
            [*("pulumi", *arguments, "--json"), *self._common()],
            cwd=self.project,
            env={**self.environment, **_STREAM},
            check=False,
            stdout=subprocess.PIPE,
            text=True,
        )
        return ended.returncode, ended.stdout

    def run(self, *arguments: str, log: Path) -> int:
        """Runs a command whose lines are a person's, and kept; its exit code."""
        command = ["pulumi", *arguments, *self._common()]
        return run_with_excerpt(command, self.project, self.environment, log, lambda _: True)

    def state(self) -> Any:  # noqa: ANN401 - the engine's JSON
        """What the state holds, its secrets sealed.

        Raises:
            SetupError: it can't be read; in the engine's own words.
        """
        ended = subprocess.run(
            ["pulumi", "stack", "export", "--stack", self.stack],
            cwd=self.project,
            env=dict(self.environment),
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode != 0:
            raise SetupError(f"Stack {self.stack}: its state can't be read: {ended.stderr.strip()}")
        return json.loads(ended.stdout)

    def snapshot(self, file: Path) -> None:
        """Writes the state without its secrets, as previews of strangers start from it.

        What has the secrets in clear goes from one program to the other and touches no disk.

        Raises:
            SetupError: it can't be read, or a secret stands where it would be shown.
        """
        export = ["pulumi", "stack", "export", "--show-secrets", "--stack", self.stack]
        redact = [sys.executable, "-m", "slipway.snapshot"]
        folder, environment = self.project, dict(self.environment)
        with (
            file.open("wb") as written,
            subprocess.Popen(
                export, cwd=folder, env=environment, stdout=subprocess.PIPE
            ) as exporting,
        ):
            redacted = subprocess.run(
                redact,
                cwd=folder,
                env=environment,
                stdin=exporting.stdout,
                stdout=written,
                check=False,
            )
        if exporting.returncode != 0 or redacted.returncode != 0:
            file.unlink()
            raise SetupError(f"Stack {self.stack}: there is no snapshot; the lines above say why.")

    def rules(self) -> Sequence[str]:
        """The arguments that have the rules asked, with what the stack decides about them."""
        settings = f"policies/{self.stack}.json"
        known = (self.project / settings).is_file()
        return ["--policy-pack", "policies", *(["--policy-pack-config", settings] if known else [])]

    def _common(self) -> Sequence[str]:
        return ["--stack", self.stack, "--non-interactive"]
