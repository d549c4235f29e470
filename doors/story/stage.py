"""Where the story is played: a sandbox of its own, and a small program in this project's place.

The workflows, the rules and all commands are this project's own; only what is raised is smaller:
one page on a Space and the settings of the repository, so that nothing has to be built. Jobs run on
this machine itself, since they are this checkout's own.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from doors.environment import sandbox_environment
from doors.home import Home
from doors.progress_view import progress_on
from doors.serving import JOBS_VARIABLE
from doors.setup import sandbox_tools
from doors.snapshot import REPOSITORY, push_snapshot
from report.github.rest import Rest
from sandbox.server.endpoints import github_endpoint
from sandbox.server.process import stop_server
from toolchain.cache import cache_folder
from toolchain.progress import SetupError
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.docker_build_plugin import build_plugin

PROGRAM = Path(__file__).parent / "program"
PLAYED = {"preview.yml", "comment.yml", "deploy.yml", "drift.yml"}  # the others deploy other things
STACKS = {"dev": "dev", "prod": "main"}  # stack: branch
# What jobs on this machine itself need besides: this machine's state and plugins.
WHERE = ("PULUMI_BACKEND_URL", "PULUMI_HOME")
_CACHE = Path(__file__).parents[2] / "sandbox/github/runs/running/programs/cache.py"
_ARCHITECTURES = {"x86_64": "X64", "aarch64": "ARM64"}  # GitHub's words
_EXCEPTION = "a notice board is for everybody to read"


class Stage:
    """The checkout of the story, its sandbox, and the repository on the sandbox's GitHub."""

    def __init__(self, folder: Path, home: Home, environment: Mapping[str, str]) -> None:
        self.folder, self.home, self.environment = folder, home, environment
        self.page = f"{github_endpoint(home)}/{REPOSITORY}"
        self.project = folder / "project"
        token = home.identity().github_token
        self.github = Rest(f"{github_endpoint(home)}/api/v3", REPOSITORY, token)
        self._outputs: dict[tuple[str, str], str] = {}

    def git(self, *arguments: str) -> str:
        """Runs git in the story's checkout."""
        who = ("-c", "user.name=Ann", "-c", "user.email=ann@localhost")
        return self.run("git", *who, *arguments)

    def commit(self, message: str, *branches: str) -> str:
        """Commits all of the checkout and pushes it to the branches; the commit."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", "origin", *(f"HEAD:{branch}" for branch in branches))
        return self.git("rev-parse", "HEAD")

    def run(self, *command: str, given: str = "", environment: Mapping[str, str] = {}) -> str:
        """Runs a command in the story's checkout; what it prints.

        Raises:
            SetupError: it failed; with its words.
        """
        ended = subprocess.run(
            command,
            cwd=self.project,
            env={**self.environment, **environment},
            input=given,
            check=False,
            capture_output=True,
            text=True,
        )
        if ended.returncode != 0:
            said = (ended.stderr + ended.stdout).strip()
            raise SetupError(f"`{' '.join(command[:4])}` failed:\n{said[-4000:]}")
        return ended.stdout.strip()

    def seal_tokens(self, stack: str) -> None:
        """What a person does once: seal the platforms' tokens in the stack's file."""
        self.run("pulumi", "stack", "init", stack, "--non-interactive")
        identity = self.home.identity()
        sealed = {"hfToken": identity.hub_token, "githubToken": identity.github_token}
        for key, value in sealed.items():  # by the input: a command line can be read by everybody
            self.run("pulumi", "config", "set", "--secret", key, "--stack", stack, given=value)

    def raise_by_hand(self, stack: str) -> None:
        """What a person does once: make the environments from which workflows then deploy."""
        # With the sealed tokens, as the workflows have them: GitHub's provider keeps in the state
        # what it was configured with, and a refresh asks with that.
        sealed_alone = {"GITHUB_TOKEN": "", "HF_TOKEN": ""}
        up = ("pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack)
        self.run(*up, environment=sealed_alone)

    def keep_snapshot(self, stack: str) -> None:
        """What each deployment does from then on: keep the state without its secrets."""
        folder = self.folder / f"snapshot-{stack}"
        self.run(sys.executable, "-m", "doors.delivery", "snapshot", stack, str(folder))
        kept = ("-m", "report.github.snapshots", str(folder), "--stack", stack)
        self.run(sys.executable, *kept, environment=self.as_a_job())

    def as_a_job(self) -> dict[str, str]:
        """What a job of the repository is told of its GitHub, with a person's token."""
        return {
            "GITHUB_API_URL": self.github.api,
            "GITHUB_REPOSITORY": self.github.name,
            "GITHUB_SERVER_URL": github_endpoint(self.home),
            "GITHUB_TOKEN": self.github.token,
        }

    def output(self, stack: str, name: str) -> str:
        """An output of a stack, which stays what it is once it is raised."""
        if (stack, name) not in self._outputs:
            said = self.run("pulumi", "stack", "output", name, "--stack", stack)
            self._outputs[stack, name] = said
        return self._outputs[stack, name]

    def change(self, path: str, old: str, new: str) -> None:
        """Edits a file of the story's checkout."""
        file = self.project / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise SetupError(
                f"{path} does not hold {old!r} any more: the story needs another edit."
            )
        file.write_text(text.replace(old, new), encoding="utf-8")

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """GitHub's API below the repository's address."""
        return self.github.ask(method, path, body)


@contextmanager
def staged(*, keep: bool) -> Iterator[Stage]:
    """A stage with nothing played on it yet; gone afterwards, unless it is kept.

    Args:
        keep: leave the sandbox running, to be looked at.
    """
    folder = Path(tempfile.mkdtemp(prefix="slipway-story-"))
    home = Home(folder / "sandbox", Path(__file__).resolve().parents[2])
    os.environ[JOBS_VARIABLE] = "host"
    try:
        yield _built(folder, home)
    finally:
        if not keep:
            stop_server(home)
            shutil.rmtree(folder, ignore_errors=True)


def _built(folder: Path, home: Home) -> Stage:
    progress = progress_on()
    tools = ensure_pulumi(progress)
    # Jobs find it on PATH, where a runner of GitHub's has one too.
    os.environ["PATH"] = os.pathsep.join([str(tools.bin_folder), os.environ.get("PATH", "")])
    toolchain, host = sandbox_tools(home, progress, containers=False)
    environment = {
        **sandbox_environment(home, toolchain, host),
        "PULUMI_CONFIG_PASSPHRASE": home.passphrase_file.read_text(encoding="utf-8"),
    }
    for name in ("NO_PROXY", "no_proxy"):  # our own requests to it, too
        os.environ[name] = environment[name]
    stage = Stage(folder, home, environment)
    said = push_snapshot(home, "prod")
    clone = ["git", "clone", "-q", f"{stage.page}.git", str(stage.project)]
    ended = subprocess.run(
        clone, env=dict(environment), check=False, capture_output=True, text=True
    )
    if ended.returncode != 0:
        raise SetupError(f"The story has no checkout: {said}\n{ended.stderr.strip()}")
    _put_the_program(stage)
    _keep_what_is_built(stage)
    return stage


def _put_the_program(stage: Stage) -> None:
    for workflow in (stage.project / ".github" / "workflows").iterdir():
        if workflow.name not in PLAYED:
            workflow.unlink()
    shutil.copytree(PROGRAM, stage.project, dirs_exist_ok=True)
    # Committed with the rest, so that each job finds it instead of installing the same packages.
    (stage.project / ".venv").symlink_to(stage.home.checkout / ".venv")
    for stack in STACKS:
        rules = stage.project / "policies" / f"{stack}.json"
        settings = json.loads(rules.read_text(encoding="utf-8"))
        settings["auth-required"]["except"] = {"Space */board*": _EXCEPTION}
        rules.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")


def _keep_what_is_built(stage: Stage) -> None:
    """A cache as an earlier run of the workflows would have kept it: what takes minutes to make."""
    home, cache = stage.folder / "cached", cache_folder()
    for found in (*cache.glob("*-model-*"), build_plugin(progress_on()).parent):
        if found.is_dir():
            kept = home / ".cache/slipway" / found.relative_to(cache)
            shutil.copytree(found, kept, symlinks=True)
    subprocess.run(
        [sys.executable, "-I", "-S", str(_CACHE), "save"],
        check=True,
        capture_output=True,
        env={
            **os.environ,
            "HOME": str(home),
            "GITHUB_WORKSPACE": str(stage.project),
            "SLIPWAY_CACHE": str(stage.home.folder / "github-runs/cache/slipway--slipway"),
            "CACHE_PATHS": "~/.cache/slipway",
            "CACHE_KEY": f"slipway-Linux-{_ARCHITECTURES[platform.machine()]}-kept",
        },
    )
    shutil.rmtree(home)
