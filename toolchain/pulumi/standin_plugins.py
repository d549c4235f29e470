"""Puts the stand-ins for official provider plugins where a sandbox's pulumi finds them."""

from importlib.metadata import version
from pathlib import Path

from toolchain.cache import locked

NAMES = ("docker", "github")  # packages with a folder in toolchain/standins

_LAUNCHER = Path(__file__).resolve().parents[1] / "standins" / "launchers" / "pulumi-resource"


def docker_host_variables(docker_host: str, sandbox: str) -> dict[str, str]:
    """Variables that let programs try and run images on the sandbox's own engine.

    Args:
        docker_host: the engine's address.
        sandbox: its name, on everything that is made there, so that `make reset` finds it.
    """
    return {"SLIPWAY_DOCKER_HOST": docker_host, "SLIPWAY_STANDIN_OWNER": sandbox}


def ensure_standins(pulumi_home: Path) -> None:
    """Links every stand-in into a private PULUMI_HOME, as the version of the installed SDK.

    The engine asks for exactly that version. A user's own `~/.pulumi` never gets them: there they
    would pass for the official plugins. What runs is this checkout's code, whenever it changes.

    Args:
        pulumi_home: the PULUMI_HOME that pulumi will run with.
    """
    plugins = pulumi_home / "plugins"
    plugins.mkdir(parents=True, exist_ok=True)
    with locked(plugins / ".standins.lock"):
        for name in NAMES:
            folder = plugins / f"resource-{name}-v{version(f'pulumi_{name}')}"
            folder.mkdir(exist_ok=True)
            link = folder / f"pulumi-resource-{name}"
            if link.is_symlink() and link.readlink() == _LAUNCHER:
                continue
            link.unlink(missing_ok=True)
            link.symlink_to(_LAUNCHER)
