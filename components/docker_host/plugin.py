"""Whether the plugin behind `pulumi_docker` is at hand, asked before anything is created."""

import os
import shutil
from importlib.metadata import version
from pathlib import Path

from slipway.errors import ConfigError

_NAME = "docker"
_PROGRAM = f"pulumi-resource-{_NAME}"


def require_plugin(wanted_by: str) -> None:
    """Refuses to go on without it.

    Pulumi fetches missing plugins by itself before it starts a program, where it can reach its
    downloads and is not told otherwise; so one that is missing now will be missing later.

    Args:
        wanted_by: the setting that needs it, for the message.

    Raises:
        ConfigError: it is missing; the text names the command that installs it.
    """
    wanted = version("pulumi_docker")  # the SDK asks the engine for its own version
    if _started_by_hand() or _on_path() or _installed(wanted):
        return
    raise ConfigError(
        f"{wanted_by} needs Pulumi's plugin for Docker, version {wanted}, which is not installed. "
        f"Run `pulumi plugin install resource {_NAME} {wanted}`, or unset {wanted_by}."
    )


def _started_by_hand() -> bool:
    pairs = os.environ.get("PULUMI_DEBUG_PROVIDERS", "").split(",")
    return _NAME in {pair.partition(":")[0].strip() for pair in pairs}


def _on_path() -> bool:
    ignored = os.environ.get("PULUMI_IGNORE_AMBIENT_PLUGINS", "").lower() in {"1", "true"}
    return not ignored and shutil.which(_PROGRAM) is not None


def _installed(wanted: str) -> bool:
    home = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi")
    return (home / "plugins" / f"resource-{_NAME}-v{wanted}").is_dir()
