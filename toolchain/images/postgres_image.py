"""A stand-in for the official `postgres` image, made when a database is first asked for.

It holds the PostgreSQL that this host's distribution packages, under that version's name and no
other: a `postgres:14` that is a 15 would not be one.
"""

import re
from pathlib import Path

from toolchain.cache import cache_folder
from toolchain.engine.address import BuildkitAddress
from toolchain.images.base_images import STAND_IN_LABEL
from toolchain.images.buildkit import CLIENT_ENVIRONMENT, LOCAL_LAYERS
from toolchain.images.registry import RegistryClient
from toolchain.images.root_filesystem import candidate_versions, host_release
from toolchain.logged_command import run_logged
from toolchain.progress import SetupError

REPOSITORY = "library/postgres"

_FOLDER = Path(__file__).with_name("postgres")
_REMEDY = "Packages come from the mirror in /etc/apt; check that `apt-get update` works here."
_MAJOR = re.compile(r"\d+")


def packaged_major() -> str:
    """The PostgreSQL that apt would install here, such as "15".

    Raises:
        SetupError: apt knows none.
    """
    [version] = candidate_versions("postgresql")  # "15+248": its own number follows PostgreSQL's
    found = _MAJOR.match(version)
    if found is None:
        raise SetupError(f"apt's package postgresql has version {version}, which names no release.")
    return found[0]


def make_postgres_image(buildkit: BuildkitAddress) -> tuple[str, ...]:
    """Builds the image into the private registry; what is built already costs a second.

    Returns:
        The tags of `postgres` it has there.

    Raises:
        SetupError: it could not be built; the message names the log.
    """
    release, major = host_release(), packaged_major()
    [exact] = candidate_versions(f"postgresql-{major}")
    tags = (major, f"{major}-{release.codename}")
    registry = RegistryClient(buildkit.registry)
    former = registry.digest(REPOSITORY, major)
    what = f"{release.distribution.capitalize()} {release.codename}"
    options = {
        "build-arg:BASE": f"{release.distribution}:{release.codename}",
        "build-arg:PG_MAJOR": major,
        "build-arg:PG_VERSION": exact,
        f"label:{STAND_IN_LABEL}": f"postgres:{major}, made from {what} packages",
    }
    names = ",".join(f"{buildkit.registry}/{REPOSITORY}:{tag}" for tag in tags)
    command: list[str | Path] = [buildkit.buildctl, "--addr", buildkit.address, "build"]
    command += ["--progress=plain", "--frontend=dockerfile.v0"]
    command += ["--local", f"context={_FOLDER}", "--local", f"dockerfile={_FOLDER}"]
    for key, value in options.items():
        command += ["--opt", f"{key}={value}"]
    command += ["--output", f'type=image,"name={names}",push=true,{LOCAL_LAYERS}']
    logs = cache_folder() / "logs"
    environment = {
        **CLIENT_ENVIRONMENT,
        "DOCKER_CONFIG": str(logs),
    }  # not the user's credentials and helpers
    run_logged(command, logs / "postgres-image.log", remedy=_REMEDY, environment=environment)
    if former != registry.digest(REPOSITORY, major):
        registry.forget(REPOSITORY, former)
    return tags
