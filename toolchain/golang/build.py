"""Builds the programs of the committed Go module, each once, from one set of compiled packages."""

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from toolchain.cache import cache_folder, locked, locked_if_free, made_once, remove_tree, used
from toolchain.golang.go_program import find_or_install_go
from toolchain.golang.left_out import TAGS, go_mod_without
from toolchain.golang.pins import MODULE, needed_modules, pins_digest
from toolchain.golang.programs import Programs
from toolchain.logged_command import run_logged
from toolchain.progress import Progress, SetupError

_ROOMY_BYTES = 20 * 1000**3  # with that much left, compiled packages may stay
_DISCARDED = ".discarded-"  # folders of the cache that wait for their removal; who removes them

_REMEDY = (
    "If a download failed: Go modules come from $GOPROXY (`go env GOPROXY`); check that it is"
    " reachable from here and try again."
)


def fetch(wanted: Sequence[Programs], progress: Progress) -> None:
    """Downloads the modules that builds of these programs will compile, and no others.

    It waits for the network more than it computes, so it is worth starting before there is a core
    free to compile: a build that starts meanwhile shares what is there already. For what is built
    it does nothing, in silence.

    Args:
        wanted: what will be built.
        progress: where the download announces itself.

    Raises:
        SetupError: no Go could be had, or a download was refused or does not match go.sum.
    """
    missing = [programs for programs in wanted if find_built(programs) is None]
    if not missing:
        return
    go = find_or_install_go(progress)
    names = ", ".join(programs.name for programs in missing)
    log = _log(f"fetch-{'-'.join(programs.name for programs in missing)}")
    packages = [package for programs in missing for package in programs.packages]
    with (
        locked(_downloads_lock(), shared=True),
        progress.step(f"Go modules of {names}: downloading", usually_seconds=40, log=log),
    ):
        # Unlike `go mod download`, it downloads what is compiled and not all that go.mod names.
        run_logged(
            [str(go), "list", "-deps", "-f", "", *packages],
            log,
            remedy=_REMEDY,
            cwd=MODULE,
            environment=build_environment(go, log, missing),
        )


def build(programs: Programs, progress: Progress, *, system: str | None = None) -> Path:
    """Builds programs into the cache, once.

    A build is found again by what enters these programs alone: the versions of the modules whose
    packages they consist of (`pins_digest`) and what the linker writes into them. So a new version
    of one program leaves the others built, and so does another clone, a comment or a moved folder.
    The Go version is left out: a program built by another sufficient Go is as good, and rebuilding
    takes minutes.

    Builds that are asked for at the same time compile one after another, each on all cores: what
    two of them share is compiled once, and the one that was asked for first is there first.

    Args:
        programs: what to build.
        progress: where the build announces itself; nothing is printed for what is there already.
        system: on which they will run, such as "linux"; None for this machine's own.

    Returns:
        The folder with the programs; it is the caller's to read and nobody's to write.

    Raises:
        SetupError: no Go could be had, a download was refused or does not match go.sum, or the
            compiler failed; the message names the log.
    """
    folder = _build_folder(programs, system)
    if used(folder):
        return folder
    folder.parent.mkdir(exist_ok=True)
    go = find_or_install_go(progress)

    def make(partial: Path) -> None:
        log = _log(f"build-{folder.name}")
        with (
            _compiling(programs, progress),
            progress.step(
                f"{programs.name}: building from source",
                usually_seconds=programs.usually_seconds,
                log=log,
            ),
        ):
            environment = build_environment(go, log, [programs])
            command = [str(go), "build", "-o", f"{partial}{os.sep}", "-ldflags", _flags(programs)]
            run_logged(
                [*command, *programs.packages],
                log,
                remedy=_REMEDY,
                cwd=MODULE,
                environment=environment | ({"GOOS": system} if system else {}),
            )
            for module, path in programs.files:
                source = _module_source(go, module, environment)
                shutil.copyfile(source / path, partial / Path(path).name)

    return made_once(
        folder,
        make,
        lambda: progress.note(
            f"{programs.name}: another set-up is making it; waiting for that one"
        ),
    )


def find_built(programs: Programs) -> Path | None:
    """The folder that `build` would return without building anything, or None."""
    folder = _build_folder(programs)
    return folder if used(folder) else None


def discard_downloads() -> threading.Thread | None:
    """Removes what only a new build needs, as far as a new build gets it back quickly.

    Downloaded sources go: a minute's download brings back what is needed. Compiled packages cost
    minutes of all cores, and most of them enter the next version's programs unchanged, in any
    clone; they stay unless the disk is short. Go itself removes those that no build has used for
    five days, at the next build.

    Removing that many files takes ten seconds, mostly of waiting for the disk, so a thread does it
    while the caller goes on. What is left when the process ends, the next call removes.

    To be called when all of a set-up's programs are built: they share many downloads.

    Returns:
        The thread; None if all stays, since a build is running somewhere or the disk refused.
    """
    with locked_if_free(_downloads_lock()) as taken:
        if not taken:
            return None
        try:
            if _downloads().exists():
                aside = tempfile.mkdtemp(prefix=_DISCARDED, dir=cache_folder())
                _downloads().rename(Path(aside) / _downloads().name)
        except OSError:  # such as a full disk: they stay until the next clean-up
            return None
    thread = threading.Thread(target=_remove_discarded, name=_DISCARDED, daemon=True)
    thread.start()
    return thread


def finish_discarding() -> None:
    """Waits for what `discard_downloads` began: a process that becomes another has no threads."""
    for thread in threading.enumerate():
        if thread.name == _DISCARDED:
            thread.join()


def _remove_discarded() -> None:
    # A later clean-up has the rest of what somebody else writes to, or is just removing.
    with suppress(OSError), locked_if_free(_lock("go-discarded")) as taken:
        if not taken:
            return
        for aside in cache_folder().glob(f"{_DISCARDED}*"):
            remove_tree(aside)
        if shutil.disk_usage(cache_folder()).free < _ROOMY_BYTES:
            with locked_if_free(_downloads_lock()) as idle:
                if idle:
                    remove_tree(_compiled())


@contextmanager
def _compiling(programs: Programs, progress: Progress) -> Iterator[None]:
    """Holds off a clean-up, and other builds: two at once would compile what they share twice."""

    def waiting() -> None:
        progress.note(f"{programs.name}: another build is running; waiting for what both share")

    with (
        locked(_downloads_lock(), shared=True),
        locked(_lock("go-compiling"), on_wait=waiting),
    ):
        yield


def build_environment(
    go: Path, log: Path, programs: Sequence[Programs] | None = None
) -> dict[str, str]:
    """What makes a build depend on the committed module and on nothing of the user's.

    Args:
        go: the program.
        log: where Go's output is appended, if modules have to be downloaded first.
        programs: what will be built; None for all that can be.

    Raises:
        SetupError: a download was refused or does not match go.sum.
    """
    downloads = _downloads()
    environment = {
        "GOPATH": str(downloads),
        "GOMODCACHE": str(downloads / "modules"),
        "GOCACHE": str(_compiled()),
        "GOFLAGS": "-mod=readonly",
        "GOTOOLCHAIN": "local",  # never download another Go behind our back
        "GOWORK": "off",
        "CGO_ENABLED": "0",  # no C compiler needed, and the program runs with any libc
        # The compiler collects garbage less often: 10 to 17 % fewer CPU seconds on large packages.
        # It takes up to 870 instead of 630 MB for one of them; the linker's 1.9 GB hardly change.
        "GOGC": "400",
    }
    entering = None
    if programs is not None:
        entering = {path for each in programs for path in needed_modules(each.name, MODULE)}
    go_mod = go_mod_without(go, MODULE, entering, log=log, remedy=_REMEDY, environment=environment)
    # The linker drops what debuggers need: not to write it at all saves a twelfth of the seconds.
    flags = f"-mod=readonly -trimpath -buildvcs=false -tags={TAGS} -gcflags=all=-dwarf=false"
    if go_mod is not None:
        quote = '"' if "'" in str(go_mod) else "'"  # Go splits at spaces outside of either
        flags += f" {quote}-modfile={go_mod}{quote}"
    return environment | {"GOFLAGS": flags}


def _flags(programs: Programs) -> str:
    """What the linker gets: no symbols for debuggers, and the variables to write."""
    variables = [f"-X {name}={value}" for name, value in programs.variables]
    return " ".join(["-s", "-w", *variables])


def _downloads() -> Path:
    return cache_folder() / "go-downloads"


def _compiled() -> Path:
    return cache_folder() / "go-compiled"


def _downloads_lock() -> Path:
    return _lock("go-downloads")


def _lock(name: str) -> Path:
    return cache_folder() / ".locks" / f"{name}.lock"


def _log(name: str) -> Path:
    """A log file of that name, empty."""
    log = cache_folder() / "logs" / f"{name}.log"
    log.unlink(missing_ok=True)
    return log


def _build_folder(programs: Programs, system: str | None = None) -> Path:
    """Where a build lies: its name changes with all that enters the programs."""
    pins = pins_digest(programs.name, MODULE)
    what = (programs.packages, programs.files, _flags(programs), TAGS, pins)
    digest = hashlib.sha256(repr(what).encode()).hexdigest()
    name = programs.name if system is None else f"{programs.name}-{system}"
    return cache_folder() / "built" / f"{name}-{digest[:12]}"


def _module_source(go: Path, module: str, environment: Mapping[str, str]) -> Path:
    """The folder into which Go unpacked a required module."""
    listed = subprocess.run(
        [go, "list", "-m", "-f", "{{.Dir}}", module],
        check=False,
        cwd=MODULE,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    folder = listed.stdout.strip()
    if listed.returncode != 0 or not folder:
        raise SetupError(f"Go module {module}: its source was not found. {listed.stderr.strip()}")
    return Path(folder)
