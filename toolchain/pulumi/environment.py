"""The environment in which a sandbox runs pulumi: nothing of the user's own Pulumi is in reach."""

import os
import sys
from pathlib import Path

from toolchain.pulumi.cli import PulumiToolchain


def pulumi_environment(toolchain: PulumiToolchain, state: Path) -> dict[str, str]:
    """Variables to set on top of a process's own before it starts pulumi.

    Args:
        toolchain: the pulumi to use; its folder goes first on PATH.
        state: the clone's state folder; the private PULUMI_HOME with plugins, logs and caches is
            made inside it, so that `~/.pulumi` is neither read nor written.

    Returns:
        Variables without any secret; backend and passphrase are the caller's.
    """
    home = state.absolute() / "pulumi-home"
    (home / "plugins").mkdir(parents=True, exist_ok=True)
    return {
        "PATH": os.pathsep.join([str(toolchain.bin_folder), os.environ.get("PATH", os.defpath)]),
        "PULUMI_HOME": str(home),
        # Plugins come from that home alone: not from PATH, and not from a download that would
        # take seconds to fail where there is no way out.
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "SLIPWAY_PYTHON": sys.executable,  # runs our language host; see launchers
    }


def local_backend(folder: Path) -> str:
    """The URL of a backend in a folder of this machine, for `PULUMI_BACKEND_URL`.

    The engine replaces a state file at once, but writes its content type and checksum beside it in
    place. A kill then leaves an empty one, and every later command ends with "failed to load
    checkpoint: EOF". Nobody reads them, so none are written.
    """
    return f"{folder.absolute().as_uri()}?metadata=skip"
