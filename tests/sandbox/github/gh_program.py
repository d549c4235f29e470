"""GitHub's own command line tool: the one on PATH, else the distribution's package, unpacked."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from toolchain.cache import cache_folder, made_once


def find_gh() -> str | None:
    """The program's path, fetched once into the cache where apt has it; None where there is none.

    The package is only unpacked: nothing is installed on this machine, and no root is needed.
    """
    on_path = shutil.which("gh")
    if on_path is not None:
        return on_path
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        return None
    try:
        return str(made_once(cache_folder() / "gh", _unpack) / "usr" / "bin" / "gh")
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired, ValueError):
        return None


def _unpack(folder: Path) -> None:
    def run(*command: str) -> None:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)

    run("apt-get", "download", "-q", "gh")
    [package] = folder.glob("gh_*.deb")
    run("dpkg-deb", "--extract", package.name, ".")
    package.unlink()


class GhTool:
    """Runs `gh`, which speaks plain HTTP to github.localhost, with the sandbox as its proxy.

    Args:
        program: the path of `gh`.
        url: of the sandbox's GitHub.
        token: for whom, unless a call says otherwise.
        folder: for its home; commands run there unless a call says otherwise.
    """

    def __init__(self, program: str, url: str, token: str, folder: Path) -> None:
        self._program, self._folder = program, folder
        home = folder / "home"
        home.mkdir()
        # git asks for a name and a password, as on a machine where `gh auth setup-git` was run.
        helper = '!f() { echo username=x; echo "password=$GH_TOKEN"; }; f'
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "GH_HOST": "github.localhost",
            "GH_TOKEN": token,
            "GH_PROMPT_DISABLED": "1",
            "GH_NO_UPDATE_NOTIFIER": "1",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "3",
            "GIT_CONFIG_KEY_0": "credential.http://github.localhost.helper",
            "GIT_CONFIG_VALUE_0": helper,
            "GIT_CONFIG_KEY_1": "user.name",
            "GIT_CONFIG_VALUE_1": "test",
            "GIT_CONFIG_KEY_2": "user.email",
            "GIT_CONFIG_VALUE_2": "test@example.com",
            "http_proxy": url,
        }

    def __call__(
        self,
        *arguments: str,
        code: int = 0,
        stdin: str = "",
        token: str | None = None,
        folder: Path | None = None,
    ) -> str:
        """What it printed; it ends with `code`."""
        return self.run(self._program, *arguments, code=code, stdin=stdin, token=token, at=folder)

    def git(self, folder: Path, *arguments: str) -> str:
        """The same of git."""
        return self.run("git", *arguments, at=folder)

    def json(self, *arguments: str, fields: str, token: str | None = None) -> Any:
        """What `--json FIELDS` printed."""
        return json.loads(self(*arguments, "--json", fields, token=token))

    def run(
        self,
        *command: str,
        code: int = 0,
        stdin: str = "",
        token: str | None = None,
        at: Path | None = None,
    ) -> str:
        """What any program printed in this environment."""
        given = {} if token is None else {"GH_TOKEN": token}
        done = subprocess.run(
            command,
            env={**self.environment, **given},
            cwd=at or self._folder,
            input=stdin,
            check=False,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == code, (command, done.returncode, done.stdout, done.stderr)
        return done.stdout + done.stderr
