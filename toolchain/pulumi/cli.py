"""Finds or gets a `pulumi` program that is complete with its Python language host."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolchain.cache import cache_folder
from toolchain.logged_command import said
from toolchain.progress import Progress
from toolchain.pulumi.build import PULUMI_VERSION, build_pulumi, find_built_pulumi
from toolchain.pulumi.release import ReleaseUnavailableError, download_release, find_release


@dataclass(frozen=True)
class PulumiToolchain:
    """A usable pulumi and where it came from."""

    bin_folder: Path  # goes first on PATH; holds `pulumi` and what it starts
    version: str  # without the leading "v"
    origin: Literal["path", "release", "built"]


def ensure_pulumi(progress: Progress) -> PulumiToolchain:
    """The first that there is: one on PATH, the official release, one built from source.

    What an earlier call downloaded or built is found again at once and in silence.

    Raises:
        SetupError: nothing worked; or the release did not match its checksum, which no build
            should paper over.
    """
    found = find_pulumi()
    if found is not None:
        return found
    try:
        folder = download_release(PULUMI_VERSION, progress)
    except ReleaseUnavailableError as error:
        progress.note(f"Pulumi {PULUMI_VERSION}: no official release from here ({error})")
        return PulumiToolchain(build_pulumi(progress), PULUMI_VERSION, "built")
    return PulumiToolchain(folder, PULUMI_VERSION, "release")


def find_pulumi() -> PulumiToolchain | None:
    """What `ensure_pulumi` would return without a download or a build, or None."""
    return _on_path() or _in_cache()


def _in_cache() -> PulumiToolchain | None:
    """What an earlier set-up got, of this checkout's version."""
    release = find_release(PULUMI_VERSION)
    if release is not None:
        return PulumiToolchain(release, PULUMI_VERSION, "release")
    built = find_built_pulumi()
    if built is not None:
        return PulumiToolchain(built, PULUMI_VERSION, "built")
    return None


def _on_path() -> PulumiToolchain | None:
    """A complete pulumi of an acceptable version among the folders of PATH."""
    for entry in os.get_exec_path():
        program = shutil.which("pulumi", path=entry)
        # Ours come by the ways below, which know which of them belongs to this checkout.
        if program is None or Path(program).resolve().is_relative_to(cache_folder().resolve()):
            continue
        for folder in (Path(program).parent, Path(program).resolve().parent):
            if shutil.which("pulumi-language-python", path=str(folder)) is None:
                continue
            version = _version_of(Path(program))
            if version is not None and _is_acceptable(version):
                return PulumiToolchain(folder, version, "path")
    return None


def _version_of(program: Path) -> str | None:
    environment = {"PULUMI_SKIP_UPDATE_CHECK": "true"}
    found = re.match(r"v(\d+\.\d+\.\d+)", said([program, "version"], environment) or "")
    return found.group(1) if found else None


def _is_acceptable(version: str) -> bool:
    """The pinned major version, and its minor version or a later one."""
    major, minor, _ = (int(part) for part in version.split("."))
    wanted_major, wanted_minor, _ = (int(part) for part in PULUMI_VERSION.split("."))
    return major == wanted_major and minor >= wanted_minor
