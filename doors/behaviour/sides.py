"""Base and head as two checkouts with a sandbox each, in which one system is raised."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from toolchain.progress import SetupError

STACK = "dev"
_LAST_LINES = 12  # of what a failed `up` said
_SYSTEMS = "slipway:systems"
# What an environment has that would lead a side's commands to another sandbox than its own.
_FOREIGN = ("HF_", "PULUMI_", "RENDER_", "GITHUB_", "SLIPWAY_HOME", "GIT_")
_PACKAGES = ("requirements-sandbox.txt", "doors/uv-requirements.txt")


class RaisingError(Exception):
    """A side could not be raised; the text holds the end of what was said."""


@dataclass(frozen=True)
class Side:
    """One checkout's files in a folder of their own, and its sandbox."""

    name: str  # base or head
    folder: Path

    @classmethod
    def of_commit(cls, name: str, folder: Path, checkout: Path, commit: str) -> "Side":
        """The files of a commit."""
        folder.mkdir(parents=True)
        index = {"GIT_INDEX_FILE": str(folder.with_suffix(".index"))}
        git(checkout, "read-tree", commit, environment=index)
        git(checkout, "checkout-index", "-a", f"--prefix={folder}/", environment=index)
        return cls(name, folder)

    @classmethod
    def of_checkout(cls, name: str, folder: Path, checkout: Path) -> "Side":
        """The files that lie in a checkout, without those that git ignores."""
        folder.mkdir(parents=True)
        for path in git(checkout, "ls-files", "-z", "-co", "--exclude-standard").split("\0"):
            source = checkout / path
            if path and (source.is_file() or source.is_symlink()):
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, folder / path, follow_symlinks=False)
        return cls(name, folder)

    def choose(self, system: str) -> None:
        """Makes it the only system of the stack."""
        path = self.folder / f"Pulumi.{STACK}.yaml"
        content = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        content["config"] = {**(content.get("config") or {}), _SYSTEMS: [system]}
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def prepare(self, checkout: Path) -> None:
        """Gives it the Python packages it wants; those of the checkout where they are the same."""
        same = all(_content(self.folder / each) == _content(checkout / each) for each in _PACKAGES)
        place = self.folder / ".venv"
        if place.is_symlink():
            place.unlink()  # committed, which leads wherever its author keeps such
        if same:
            place.symlink_to(checkout / ".venv")
            return
        made = "checkout=. sh -c '. ./doors/bootstrap.sh'"
        ended = self._run(["sh", "-c", made])
        if ended.returncode != 0:
            raise RaisingError(_last_lines(ended.stdout))

    def up(self) -> None:
        """Raises what was chosen.

        Raises:
            RaisingError: it does not come up.
        """
        ended = self._doors("up", STACK)
        if ended.returncode != 0:
            raise RaisingError(_last_lines(ended.stdout))

    def outputs(self) -> dict[str, dict[str, str]]:
        """The stack's, by system."""
        shown = self._doors(
            *("run", "--", "pulumi", "stack", "output", "--json", "--stack", STACK), apart=True
        )
        if shown.returncode != 0:
            raise RaisingError(_last_lines(shown.stdout))
        found: dict[str, dict[str, str]] = json.loads(shown.stdout)
        return found

    def status(self) -> dict[str, Any]:
        """What `make status` knows of its sandbox."""
        found: dict[str, Any] = json.loads(self._doors("status", "--json", apart=True).stdout)
        return found

    def hub_token(self) -> str:
        """The token that its sandbox's Hub gave its owner."""
        identity = json.loads((self.folder / ".slipway" / "identity.json").read_text())
        return str(identity["hub_token"])

    def forget(self) -> None:
        """Ends its sandbox and removes its containers, images and files."""
        if (self.folder / ".slipway").exists():
            self._doors("reset")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _doors(self, *arguments: str, apart: bool = False) -> "subprocess.CompletedProcess[str]":
        python = self.folder / ".venv" / "bin" / "python"
        program = str(python) if python.exists() else sys.executable
        return self._run([program, "-m", "doors", *arguments], apart=apart)

    def _run(
        self, command: list[str], *, apart: bool = False
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=self.folder,
            env=_own(os.environ),
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if apart else subprocess.STDOUT,
            text=True,
        )


def git(folder: Path, *arguments: str, environment: Mapping[str, str] | None = None) -> str:
    """What git says in a folder.

    Raises:
        SetupError: it fails, with its own words.
    """
    ended = subprocess.run(
        ["git", "-c", f"safe.directory={folder}", "-C", str(folder), *arguments],
        env={**os.environ, **(environment or {})},
        check=False,
        capture_output=True,
        text=True,
    )
    if ended.returncode != 0:
        raise SetupError(f"git {arguments[0]}: {ended.stderr.strip()}")
    return ended.stdout


def _own(environment: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in environment.items() if not key.startswith(_FOREIGN)}


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _last_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-_LAST_LINES:])
