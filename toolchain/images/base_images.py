"""Stand-ins for official base images, for hosts that reach package archives but no image registry.

They lie in the private registry under the official images' own names, where BuildKit looks first.
"""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from toolchain.cache import cache_folder, locked, remove_tree
from toolchain.images import host_needs
from toolchain.images.base_system import (
    archive_folder,
    name_of,
    root_archive,
    short_digest,
    system_key,
)
from toolchain.images.buildkit import CLIENT_ENVIRONMENT, LOCAL_LAYERS, VERSION, BuildkitPrograms
from toolchain.images.registry import RegistryClient
from toolchain.images.root_filesystem import HostRelease, candidate_versions, host_release
from toolchain.logged_command import run_logged
from toolchain.progress import Progress

STAND_IN_LABEL = "slipway.stand-in"  # its value says for which image, made from what

_RECORD = "stand-ins.json"
_FIRST = ("debian", "python-slim", "frontend")  # for the rest see `ensure_one`
_DOCKERFILE = Path(__file__).with_name("base_images.Dockerfile")
_FRONTEND_MINOR = 25  # BuildKit v0.N carries Dockerfile syntax 1.(N-6); older ones are parts of it
_REMEDY = "Packages come from the mirror in /etc/apt; check that `apt-get update` works here."


@dataclass(frozen=True)
class StandIn:
    """One image made here, and the official names it answers to."""

    target: str  # stage of base_images.Dockerfile
    names: tuple[str, ...]  # as in a FROM, such as "python:3.11-slim"


def stand_ins(release: HostRelease, python_version: str, busybox_version: str) -> list[StandIn]:
    """What can truly be stood in for: this release, and the minor versions it really has.

    Args:
        release: the host's distribution.
        python_version: of its python3, such as "3.11.2".
        busybox_version: of its busybox, such as "1.35.0".
    """
    code, number = release.codename, release.version
    if release.distribution == "debian":
        base = [
            f"debian:{code}",
            f"debian:{code}-slim",
            f"debian:{number}",
            f"debian:{number}-slim",
        ]
    else:
        base = [f"ubuntu:{code}", f"ubuntu:{number}"]
    minor = ".".join(python_version.split(".")[:2])
    pythons = [f"python:{version}" for version in dict.fromkeys((minor, python_version))]
    slim = [f"{name}-slim{ending}" for name in pythons for ending in ("", f"-{code}")]
    full = [f"{name}{ending}" for name in pythons for ending in ("", f"-{code}")]
    busybox = ["busybox:latest", f"busybox:{busybox_version}"]
    syntax = [f"docker/dockerfile:1.{number}" for number in range(_FRONTEND_MINOR + 1)]
    return [
        StandIn("debian", tuple(base)),
        StandIn("python-slim", tuple(slim)),
        StandIn("python", tuple(full)),
        StandIn("busybox", tuple(busybox)),
        StandIn("frontend", ("docker/dockerfile:1", "docker/dockerfile:latest", *syntax)),
    ]


class BaseImages:
    """Makes the stand-ins and keeps them in the private registry."""

    def __init__(self, folder: Path, programs: BuildkitPrograms) -> None:
        """Names where they are kept track of.

        Args:
            folder: where the record of what was made lies; it should go when the registry's data
                go.
            programs: BuildKit's client and frontend.
        """
        self._record = folder / _RECORD
        self._programs = programs
        # Packages and settings are asked for while the caller starts the builder.
        self._host = ThreadPoolExecutor(1).submit(_Host.current)

    @classmethod
    def were_made(cls, folder: Path) -> bool:
        """Whether any were made and recorded in that folder."""
        return (folder / _RECORD).is_file()

    def ensure(self, registry: str, buildkit: str, progress: Progress) -> tuple[str, ...]:
        """Makes those that nearly every build needs, unless they are there and as the host is now.

        The others are made by `ensure_one` when somebody asks for them.

        Args:
            registry: the private registry's address, "127.0.0.1:PORT".
            buildkit: the builder's address, "unix://…".
            progress: where steps announce themselves.

        Returns:
            The official names that are stood in for, those of the Dockerfile syntax left out.

        Raises:
            SetupError: a program failed; the message names its log.
        """
        host = self._host.result()
        client = RegistryClient(registry)
        missing = self._missing(host, client)
        first = [image for image in missing if image.target in _FIRST]
        if first:
            for image in missing:
                if image not in first:  # of a host that has changed since
                    client.forget(*_digest_in(client, image))
            self._make(host, first, (registry, buildkit), progress)
            # What former ones were made of is no more; the engine's lock is held: nobody reads it.
            for made_before in cache_folder().glob("base-system-*"):
                if made_before != archive_folder(host.release):
                    remove_tree(made_before)
        return tuple(
            name for image in host.images if image.target != "frontend" for name in image.names
        )

    def ensure_one(self, name: str, registry: str, buildkit: str, progress: Progress) -> None:
        """Makes the stand-in for an official image unless it is there; another name is left alone.

        Args:
            name: "python:3.11".
            registry: as `ensure`.
            buildkit: as `ensure`.
            progress: as `ensure`.

        Raises:
            SetupError: a program failed; the message names its log.
        """
        host = self._host.result()
        missing = [image for image in host.images if name in image.names]
        if missing and missing[0] in self._missing(host, RegistryClient(registry)):
            self._make(host, missing, (registry, buildkit), progress)

    def _make(
        self,
        host: "_Host",
        images: list[StandIn],
        addresses: tuple[str, str],
        progress: Progress,
    ) -> None:
        log = cache_folder() / "logs" / f"base-image-{images[0].target}.log"
        log.unlink(missing_ok=True)
        what = name_of(host.release)
        registry = RegistryClient(addresses[0])
        archive = root_archive(host.release, progress)
        with TemporaryDirectory(dir=cache_folder(), prefix=".base-images-") as folder:
            context = Path(folder)
            os.link(archive, context / "rootfs.tar")
            (context / "Dockerfile").write_text(read_dockerfile(), encoding="utf-8")
            shutil.copyfile(self._programs.frontend, context / "dockerfile-frontend")
            (context / "dockerfile-frontend").chmod(0o755)
            for image in images:
                repository, tag = _located(image.names[0])
                former = registry.digest(repository, tag)
                title = f"Base image {image.names[0]}: building a stand-in from {what}"
                with progress.step(title, usually_seconds=_USUAL_SECONDS[image.target], log=log):
                    self._build(image, context, (host.python_version, what), addresses, log)
                made = registry.digest(repository, tag)
                if former != made:
                    registry.forget(repository, former)
                self._remember(host, image.target, made)

    def _build(
        self,
        image: StandIn,
        context: Path,
        origin: tuple[str, str],
        addresses: tuple[str, str],
        log: Path,
    ) -> None:
        registry, buildkit = addresses
        python_version, made_from = origin
        pushed = ",".join(f"{registry}/{_repository(name)}" for name in image.names)
        label = f"{image.names[0]}, made from {made_from} packages"
        command: list[str | Path] = [self._programs.buildctl, "--addr", buildkit, "build"]
        command += ["--progress=plain", "--frontend=dockerfile.v0"]
        command += ["--local", f"context={context}", "--local", f"dockerfile={context}"]
        command += ["--opt", f"target={image.target}"]
        command += ["--opt", f"build-arg:PYTHON_VERSION={python_version}"]
        command += ["--opt", f"label:{STAND_IN_LABEL}={label}"]
        command += ["--output", f'type=image,"name={pushed}",push=true,{LOCAL_LAYERS}']
        environment = {**CLIENT_ENVIRONMENT, "DOCKER_CONFIG": str(context)}
        run_logged(command, log, remedy=_REMEDY, environment=environment)

    def _missing(self, host: "_Host", registry: RegistryClient) -> list[StandIn]:
        """Those not made, or under one of whose names there is anything but what was made here."""
        made = self._made(host)
        return [
            image
            for image in host.images
            if {registry.digest(*_located(name)) for name in image.names}
            != {made.get(image.target, "")}
        ]

    def _made(self, host: "_Host") -> dict[str, str]:
        """Targets that were made of what this host is now -> the image's digest."""
        try:
            record = json.loads(self._record.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return dict(record.get("digests", {})) if record["key"] == host.key else {}

    def _remember(self, host: "_Host", target: str, digest: str | None) -> None:
        with locked(self._record.with_suffix(".lock")):
            made = self._made(host) | ({target: digest} if digest else {})
            partial = self._record.with_suffix(".partial")
            partial.write_text(json.dumps({"key": host.key, "digests": made}), encoding="utf-8")
            partial.rename(self._record)


@dataclass(frozen=True)
class _Host:
    """What this host's packages are now, and what can be made of them."""

    release: HostRelease
    python_version: str
    images: list[StandIn]
    key: str  # changes with everything that goes into the images

    @classmethod
    def current(cls) -> "_Host":
        release = host_release()
        python_version, busybox_version = candidate_versions("python3", "busybox")
        images = stand_ins(release, python_version, busybox_version)
        key = short_digest(VERSION, read_dockerfile(), repr(images), system_key(release))
        return cls(release, python_version, images, key)


def _digest_in(registry: RegistryClient, image: StandIn) -> tuple[str, str | None]:
    """Its repository, and the digest it has there."""
    repository, tag = _located(image.names[0])
    return repository, registry.digest(repository, tag)


# Measured on two cores.
_USUAL_SECONDS = {"debian": 7, "python-slim": 40, "python": 40, "busybox": 4, "frontend": 1}


def _located(name: str) -> tuple[str, str]:
    """Repository and tag of an official name in the registry."""
    repository, tag = _repository(name).rsplit(":", 1)
    return repository, tag


def _repository(name: str) -> str:
    """An official name as Docker Hub's own paths have it."""
    return name if "/" in name else f"library/{name}"


@cache
def read_dockerfile() -> str:
    """The committed file, with the variables this host needs in the image all others stand on.

    Read once: who serves others for days outlives the clone that started it.

    They are put in here because a Dockerfile can't leave a variable unset by a build argument.
    """
    text = _DOCKERFILE.read_text(encoding="utf-8")
    variables = host_needs.certificate_variables().items()
    if not variables:
        return text
    line = " ".join(["ENV", *(f"{name}={value}" for name, value in variables)])
    return text.replace("ADD rootfs.tar /\n", f"ADD rootfs.tar /\n{line}\n", 1)
