"""What a change would do to what is deployed, planned without a secret from a redacted state.

`python -m slipway.snapshot` makes the state: each secret is one placeholder, which is the stack's
passphrase and every platform's token as well. No platform is asked for anything.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from doors.deployment import Pulumi, planned
from doors.home import Home
from doors.mirror import sync_mirror
from doors.setup import NO_ENGINE, NO_REGISTRY, tools
from toolchain.progress import Progress, SetupError
from toolchain.pulumi.docker_build_plugin import install_plugin
from toolchain.pulumi.environment import pulumi_environment
from toolchain.pulumi.standin_plugins import docker_host_variables, ensure_standins

# Whatever a program takes from its environment; what was written with them is known by digest.
_TOKENS = (
    "HF_TOKEN",
    "HF_READ_TOKEN",
    "RENDER_API_KEY",
    "RENDER_DEPLOY_HOOK_KEY",
    "GITHUB_TOKEN",
)

_LAID = "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable"
_BACKEND = "PULUMI_BACKEND_URL"
_BACKEND_OF_PROGRAMS = "SLIPWAY_BACKEND_URL"  # what programs lay out instead of the engine's own


def preview_deployed(
    home: Home, stack: str, snapshot: Path, progress: Progress, save: Path | None = None
) -> int:
    """Shows what `pulumi up` would change of what is deployed; the engine's exit code.

    Args:
        home: as `deployed`.
        stack: as `deployed`.
        snapshot: as `deployed`.
        progress: as `deployed`.
        save: a file for the plan.

    Raises:
        SetupError: as `deployed`.
    """
    return planned(deployed(home, stack, snapshot, progress), stack, save)


def deployed(home: Home, stack: str, snapshot: Path, progress: Progress) -> Pulumi:
    """The CLI with a stack that is what was deployed, as far as anybody may know.

    Args:
        home: of this clone; the state lies below it, and its sandbox is left alone.
        stack: whose state it is.
        snapshot: that state.
        progress: where the set-up announces itself.

    Raises:
        SetupError: the snapshot is none, or the toolchain can't be set up.
    """
    if not snapshot.is_file():
        raise SetupError(f"{snapshot}: there is no such snapshot.")
    own = Home(home.folder / f"snapshot-{stack}", home.checkout)
    if own.folder.exists():  # of an earlier preview; nothing in it is anybody's
        shutil.rmtree(own.folder)
    with tools(home, progress, server=False, containers=False) as (toolchain, _):
        environment = {
            **_environment(own, pulumi_environment(toolchain, home.folder)),
            **_told_of_the_state(snapshot),
        }
    pulumi_home = Path(environment["PULUMI_HOME"])
    ensure_standins(pulumi_home)
    install_plugin(progress, pulumi_home)
    sync_mirror(own)
    pulumi = Pulumi(own, environment)
    pulumi.read("stack", "init", stack, "--non-interactive")
    pulumi.read("stack", "import", "--stack", stack, "--file", str(snapshot.resolve()))
    return pulumi


def _environment(own: Home, toolchain: Mapping[str, str]) -> dict[str, str]:
    """That of this process, with the placeholder wherever a secret would be."""
    own.backend.mkdir(parents=True)
    placeholder = _placeholder(own.checkout)
    kept = {key: value for key, value in os.environ.items() if not key.startswith("PULUMI_")}
    return {
        **docker_host_variables(NO_ENGINE, own.folder.name),
        **kept,
        **toolchain,
        **dict.fromkeys(_TOKENS, placeholder),
        "SLIPWAY_REGISTRY": kept.get("SLIPWAY_REGISTRY") or NO_REGISTRY,
        "PATH": os.pathsep.join([str(own.checkout / ".venv" / "bin"), toolchain["PATH"]]),
        "PULUMI_BACKEND_URL": own.backend.as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": placeholder,
    }


def _told_of_the_state(snapshot: Path) -> dict[str, str]:
    """What the deployment tells its workflows of where its state lies, which is not here."""
    try:
        resources = json.loads(snapshot.read_bytes())["deployment"]["resources"]
    except (ValueError, KeyError, TypeError):
        return {}  # the engine says what is wrong with it
    laid = (each.get("inputs") or {} for each in resources if each.get("type") == _LAID)
    found = [each.get("value") for each in laid if each.get("variableName") == _BACKEND]
    return {_BACKEND_OF_PROGRAMS: str(found[0])} if found else {}


def _placeholder(checkout: Path) -> str:
    command = [sys.executable, "-m", "slipway.snapshot", "--placeholder"]
    ended = subprocess.run(command, cwd=checkout, check=False, capture_output=True, text=True)
    if ended.returncode != 0:
        raise SetupError(f"python -m slipway.snapshot failed:\n{ended.stderr.strip()}")
    return ended.stdout.strip()
