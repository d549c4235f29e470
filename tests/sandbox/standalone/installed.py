"""The sandbox's wheel in an empty environment, and the program that comes of it."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3] / "sandbox"
INSTALL_SECONDS, START_SECONDS = 300, 60


def clean_environment(**more: str) -> dict[str, str]:
    """Ours, without what leads Python or git anywhere else."""
    dropped = ("PYTHON", "VIRTUAL_ENV", "SLIPWAY", "HF_", "GIT_", "RENDER_", "GITHUB_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_TERMINAL_PROMPT": "0", **more}


def run(*command: object, **options: object) -> str:
    done = subprocess.run(
        [str(each) for each in command],
        check=False,
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS,
        **{"env": clean_environment(), **options},
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Installed:
    """A program from the wheel, and the sandbox it serves."""

    def __init__(self, folder: Path) -> None:
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, PROJECT)
        [self.wheel] = folder.glob("slipway_sandbox-*.whl")
        run(sys.executable, "-m", "venv", folder / "venv")
        self.python = folder / "venv" / "bin" / "python"
        run(self.python, "-m", "pip", "install", "-q", self.wheel)
        self.program = folder / "venv" / "bin" / "slipway-sandbox"
        self.folder, self.home = folder, folder / "home"
        self.first_answer = 0.0  # seconds from the start of the process
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *words: str) -> str:
        return run(self.program, words[0], "--home", self.home, *words[1:], cwd=self.folder)

    def serve(self) -> None:
        began = time.monotonic()
        flags = ["--no-containers", "--organization", "lab", "--nulls", "strict"]
        command = [str(self.program), "serve", "--home", str(self.home), *flags]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=clean_environment(PATH=os.defpath)
        )
        while time.monotonic() - began < START_SECONDS:
            assert self.process.poll() is None, "it ended"
            try:
                self.identity = json.loads((self.home / "identity.json").read_text())
                urllib.request.urlopen(f"{self.hub}/api/models", timeout=1).read()
                break
            except (OSError, ValueError, KeyError):
                time.sleep(0.01)
        self.first_answer = time.monotonic() - began

    @property
    def hub(self) -> str:
        return f"http://127.0.0.1:{self.identity['hub_port']}"

    @property
    def render(self) -> str:
        return f"http://127.0.0.1:{self.identity['render_port']}/v1"

    @property
    def github(self) -> str:
        return f"http://127.0.0.1:{self.identity['github_port']}"

    def stop(self) -> int:
        """Asks it to end; its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def resident_mebibytes(self) -> float:
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [line] = [each for each in status.splitlines() if each.startswith("VmRSS")]
        return int(line.split()[1]) / 1024
