"""Root or Docker, the state of dpkg, and the sockets of a private engine."""

from collections.abc import Iterator
from pathlib import Path

from doors.doctor.finding import Finding, Verdict
from doors.doctor.needs import Needs
from toolchain.debian_packages import interrupted, is_ours_to_finish
from toolchain.engine.dockerd import LONGEST_SOCKET
from toolchain.runtime_folder import SOCKET_LIMIT, runtime_folder

_LONGEST_PATH = 3000  # of 4096; the deepest files of a build lie about 250 below
_DPKG = Path("/var/lib/dpkg")


def engine(needs: Needs) -> Finding:
    """How this machine comes by a container engine."""
    if needs.engine_plan is not None:
        return Finding("container engine", needs.engine_plan.reason)
    return Finding(
        "container engine",
        needs.no_engine,
        Verdict.BLOCKED,
        "Install and start Docker with its buildx plugin, or run this as root on Debian or Ubuntu.",
    )


def dpkg(folder: Path = _DPKG) -> Finding:
    """Whether apt-get will install anything."""
    return judge_dpkg(interrupted(folder), ours=is_ours_to_finish())


def judge_dpkg(problem: str | None, *, ours: bool) -> Finding:
    """An installation that broke off has to be finished by whoever began it."""
    if problem is None:
        return Finding("installed packages", "in order")
    if ours:
        return Finding("installed packages", f"{problem}; the set-up began that and finishes it")
    return Finding(
        "installed packages",
        problem,
        Verdict.BLOCKED,
        "Finish what was begun: `dpkg --configure -a`, then `apt-get --fix-broken install`.",
    )


def paths(folders: tuple[Path, ...]) -> Finding:
    """Probe and judgement of path lengths; files lie below these folders."""
    longest = max((folder.absolute() for folder in folders), key=lambda each: len(str(each)))
    return judge_path(longest)


def judge_path(longest: Path) -> Finding:
    """The kernel takes 4096 characters for a file's path."""
    found = f"{len(str(longest))} characters at most"
    if len(str(longest)) <= _LONGEST_PATH:
        return Finding("path lengths", found)
    return Finding(
        "path lengths",
        f"{len(str(longest))} characters before the files in it: {str(longest)[:60]}…",
        Verdict.BLOCKED,
        "Clone into a shorter path, and set XDG_CACHE_HOME to a shorter one.",
    )


def sockets() -> Iterator[Finding]:
    """Of the private engine: whether their folder is ours, and short enough."""
    try:
        folder = runtime_folder(create=False)
    except OSError as error:
        place = error.filename or "the folder for sockets"
        yield Finding(
            "sockets",
            f"{place}: {error.strerror}",
            Verdict.BLOCKED,
            f"Remove it, as its owner or as root: `rm -r {place}`.",
        )
        return
    yield judge_sockets(str(folder / LONGEST_SOCKET))


def judge_sockets(longest: str) -> Finding:
    """Containerd takes 104 characters."""
    found = f"{len(longest)} of {SOCKET_LIMIT} characters: {longest}"
    if len(longest) <= SOCKET_LIMIT:
        return Finding("sockets", found)
    return Finding(
        "sockets", found, Verdict.BLOCKED, "Set XDG_RUNTIME_DIR or TMPDIR to a shorter folder."
    )
