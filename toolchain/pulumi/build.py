"""The pulumi CLI built from its Go modules, with our own language host beside it."""

import hashlib
import os
import shutil
from pathlib import Path

from toolchain.cache import cache_folder, made_once
from toolchain.golang.build import build, find_built
from toolchain.golang.programs import PULUMI
from toolchain.progress import Progress

PULUMI_VERSION = PULUMI.version

_HERE = Path(__file__).parent


def build_pulumi(progress: Progress) -> Path:
    """Builds the CLI once and puts the language host and the dynamic provider plugin beside it.

    Everything lies in the cache, the language host's code included: clones of different ages share
    the built CLI, and none needs another clone to stay where it is.

    Returns:
        The folder to put on PATH.

    Raises:
        SetupError: as `toolchain.golang.build.build`.
    """
    return _assembled(build(PULUMI, progress))


def find_built_pulumi() -> Path | None:
    """The folder that `build_pulumi` would return without building anything, or None."""
    built = find_built(PULUMI)
    return None if built is None else _assembled(built)


def _assembled(built: Path) -> Path:
    """The folder for PATH; made if the language host changed since, which takes no time."""
    folder = cache_folder() / "pulumi" / f"{PULUMI_VERSION}-built-{_digest(built)}"
    folder.parent.mkdir(exist_ok=True)
    return made_once(folder, lambda partial: _assemble(built, partial)) / "bin"


def _assemble(built: Path, folder: Path) -> None:
    """Lays out what the engine expects: its plugins in the folder of the `pulumi` program."""
    programs, library = folder / "bin", folder / "lib"
    programs.mkdir()
    for file in built.iterdir():
        # A symbolic link would send the engine to look for its plugins in the other folder.
        _link_or_copy(file, programs / file.name)
    shutil.copytree(_HERE / "launchers", library, ignore=shutil.ignore_patterns("pulumi-*", "__*"))
    for launcher in (_HERE / "launchers").glob("pulumi-*"):
        shutil.copyfile(launcher, programs / launcher.name)
    for program in programs.iterdir():
        program.chmod(0o755)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(_HERE / "language_host", library / "language_host", ignore=ignored)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _digest(built: Path) -> str:
    """Twelve hexadecimal digits that change with the build, the launchers or the language host."""
    digest = hashlib.sha256(os.fsencode(built.name))
    for folder in (_HERE / "launchers", _HERE / "language_host"):
        for file in sorted(folder.iterdir()):
            if file.is_file():
                digest.update(f"\n{folder.name}/{file.name}\n".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
