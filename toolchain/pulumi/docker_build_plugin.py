"""The plugin behind `pulumi_docker_build`, and a builder of ours that it sends its builds to.

With an account anywhere `pulumi plugin install` brings the official plugin and Docker's own buildx
its builder; nothing of this is needed then. In the sandbox the same source is built from its Go
modules. Where the engine is the private one, too old to build with its own builder, the plugin
finds our BuildKit by an instance file such as `docker buildx create --driver remote` writes. On
the user's own engine it finds the builder that `toolchain.engine.user_engine` made there.
"""

import json
import shutil
from pathlib import Path

from toolchain.cache import locked
from toolchain.engine.address import BuildkitAddress, EngineAddress
from toolchain.golang.build import build
from toolchain.golang.programs import DOCKER_BUILD
from toolchain.progress import Progress

VERSION = DOCKER_BUILD.version  # requirements.in pins the SDK of the same version
BUILDER = "slipway"

_PROGRAM = "pulumi-resource-docker-build"


def ensure_docker_build(
    progress: Progress,
    state: Path,
    pulumi_home: Path,
    address: EngineAddress,
    image_prefix: str,
) -> dict[str, str]:
    """Puts the plugin into a private PULUMI_HOME and, for the private engine, a builder beside it.

    Quick and silent when all is there.

    Args:
        progress: where a build of the plugin announces itself.
        state: the clone's state folder; a private Docker configuration is made inside it where our
            BuildKit is used, so that `~/.docker` is neither read nor written.
        pulumi_home: the PULUMI_HOME that pulumi will run with.
        address: the engine the sandbox uses.
        image_prefix: the folder of this sandbox's repositories in the shared registry.

    Returns:
        Variables to set for pulumi: which builder, and which registry it pushes to.

    Raises:
        SetupError: the plugin could not be built; the message names the log.
    """
    install_plugin(progress, pulumi_home)
    if address.buildx is not None:
        return {
            "BUILDX_CONFIG": str(address.buildx.config),
            "SLIPWAY_BUILDER": address.buildx.builder,
            "SLIPWAY_REGISTRY": f"{address.buildx.registry}/{image_prefix}",
        }
    if address.buildkit is None:
        return {}
    docker_config = state.absolute() / "docker-config"
    _write_instance(docker_config, address.buildkit)
    return {
        "DOCKER_CONFIG": str(docker_config),
        "SLIPWAY_BUILDER": BUILDER,
        "SLIPWAY_REGISTRY": f"{address.buildkit.registry}/{image_prefix}",
    }


def build_plugin(progress: Progress) -> Path:
    """Builds the plugin once; the program.

    Raises:
        SetupError: it could not be built; the message names the log.
    """
    return build(DOCKER_BUILD, progress) / _PROGRAM


def install_plugin(progress: Progress, pulumi_home: Path) -> None:
    """Puts the plugin into a private PULUMI_HOME; raises SetupError as `build_plugin`."""
    built = build_plugin(progress)
    folder = pulumi_home / "plugins" / f"resource-docker-build-v{VERSION}"
    program = folder / _PROGRAM
    with locked(pulumi_home / "plugins" / ".docker-build.lock"):
        if program.exists() and _same(built, program):
            return
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{_PROGRAM}"
        partial.unlink(missing_ok=True)
        try:
            partial.hardlink_to(built)
        except OSError:  # another file system, or one without hard links
            shutil.copy2(built, partial)
        partial.rename(program)


def _same(built: Path, installed: Path) -> bool:
    """Whether the installed program is this build: one file, or a copy that kept its time."""
    ours, theirs = built.stat(), installed.stat()
    return built.samefile(installed) or (
        (ours.st_size, ours.st_mtime_ns) == (theirs.st_size, theirs.st_mtime_ns)
    )


def _write_instance(docker_config: Path, buildkit: BuildkitAddress) -> None:
    node = {
        "Name": f"{BUILDER}0",
        "Endpoint": buildkit.address,
        "Platforms": None,
        "DriverOpts": None,
        "Flags": None,
        "Files": None,
    }
    instance = {"Name": BUILDER, "Driver": "remote", "Nodes": [node], "Dynamic": False}
    folder = docker_config / "buildx" / "instances"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = json.dumps(instance, indent=2)
    path = folder / BUILDER
    if not path.exists() or path.read_text(encoding="utf-8") != wanted:
        partial = docker_config / f".{BUILDER}"
        partial.write_text(wanted, encoding="utf-8")
        partial.rename(path)  # a build that starts meanwhile reads the old one or this one
