"""Debian packages the closed route needs, installed without starting any of their services."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from toolchain.cache import cache_folder, locked
from toolchain.logged_command import run_logged
from toolchain.progress import Progress, SetupError

NETWORK_PLUGINS = Path("/usr/lib/cni")
# Program that must be on PATH, or is named with its path -> package that carries it.
PROGRAMS: Mapping[str, str] = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "ip": "iproute2",
    "docker-registry": "docker-registry",
    "debootstrap": "debootstrap",
    str(NETWORK_PLUGINS / "bridge"): "containernetworking-plugins",
}

_POLICY = Path("/usr/sbin/policy-rc.d")
# 101 is "action forbidden by policy", invoke-rc.d(8).
_FORBID_ALL = "#!/bin/sh\n# Slipway, while it installs packages; may be removed.\nexit 101\n"
_SERVICES = ("docker.service", "docker.socket", "containerd.service", "docker-registry.service")
_DPKG = Path("/var/lib/dpkg")
_HALF = re.compile(r"^Status: \S+ \S+ (?:half-installed|half-configured|unpacked)$", re.MULTILINE)
_LISTS = Path("/var/lib/apt/lists")
_REMEDY = (
    "Packages come from the mirrors in /etc/apt; check that `apt-get update` works here, or"
    " install Docker yourself."
)


def missing_packages() -> list[str]:
    """The packages whose programs are not on PATH (or in the system's sbin)."""
    return [package for program, package in PROGRAMS.items() if find_program(program) is None]


def find_program(name: str) -> str | None:
    """A program's path; the system's sbin folders count even where PATH does not name them."""
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")


def interrupted(dpkg: Path = _DPKG) -> str | None:
    """What of an installation that broke off keeps apt-get from beginning another, or None.

    Args:
        dpkg: dpkg's own folder.
    """
    if any((dpkg / "updates").glob("[0-9]*")):
        return "dpkg was interrupted in the middle of its work"
    status = dpkg / "status"
    if not status.is_file():
        return None
    broken = [
        stanza.partition("\n")[0].removeprefix("Package: ")
        for stanza in status.read_text(encoding="utf-8", errors="replace").split("\n\n")
        if _HALF.search(stanza)
    ]
    return f"half installed: {', '.join(sorted(broken))}" if broken else None


def is_ours_to_finish() -> bool:
    """Whether an installation of ours was killed and another one has yet to finish it."""
    return _marker().is_file()


def ensure_packages(progress: Progress) -> None:
    """Installs what is missing; nothing is done, and nothing printed, if all is there.

    A set-up of ours that was killed while dpkg configured left every program there, but also a rule
    that no package may start its service: that is finished, and the rule taken back, first.

    Raises:
        SetupError: apt-get failed; the message names its log.
    """
    missing = missing_packages()
    if not missing and not is_ours_to_finish() and not _forbids_all():
        return
    log = cache_folder() / "logs" / "apt-get.log"
    log.unlink(missing_ok=True)
    title = "Debian packages: finishing an installation that was killed"
    if missing:
        title = f"Debian packages {', '.join(missing)}: installing"
    with (
        locked(cache_folder() / ".locks" / "apt-get.lock"),
        progress.step(title, usually_seconds=15, log=log),
    ):
        if missing and not any(_LISTS.glob("*Packages*")):
            _apt_get(["update"], log)
        already_enabled = _enabled_services()
        with _no_service_starts():
            if is_ours_to_finish() and interrupted() is not None:
                run_logged(["dpkg", "--configure", "-a"], log, remedy=_REMEDY)
            _marker().write_text(" ".join(missing), encoding="utf-8")
            try:
                _install(missing, log)
            except SetupError:
                # Lists older than the mirror name packages that are no longer there.
                _apt_get(["update"], log)
                _install(missing, log)
        _marker().unlink()
        _disable(already_enabled, log)


def _marker() -> Path:
    return cache_folder() / "installing-packages"


def _install(packages: list[str], log: Path) -> None:
    if not packages:
        return
    _apt_get(["install", "-y", "--no-install-recommends", *packages], log)


def _apt_get(arguments: list[str], log: Path) -> None:
    # Another apt-get, as the daily upgrade, may hold dpkg's lock for some minutes.
    options = ["-q", "-o", "DPkg::Lock::Timeout=600"]
    environment = {"DEBIAN_FRONTEND": "noninteractive"}
    run_logged(["apt-get", *options, *arguments], log, remedy=_REMEDY, environment=environment)


@contextmanager
def _no_service_starts() -> Iterator[None]:
    """Keeps packages from starting their services: ours are started in another way, by us.

    Debian's own hook for that is policy-rc.d. A file that is there already is put back.
    """
    kept = _POLICY.with_name(f"{_POLICY.name}.before-slipway")
    # A set-up that was killed here left our file: it must not be taken for the user's own.
    if _POLICY.exists() and not _forbids_all():
        _POLICY.rename(kept)
    _POLICY.write_text(_FORBID_ALL, encoding="utf-8")
    _POLICY.chmod(0o755)
    try:
        yield
    finally:
        if kept.exists():
            kept.replace(_POLICY)
        else:
            _POLICY.unlink(missing_ok=True)


def _forbids_all() -> bool:
    """Whether our own file lies where packages look: one is at work, or was killed."""
    try:
        return _POLICY.read_text(encoding="utf-8") == _FORBID_ALL
    except (OSError, UnicodeDecodeError):
        return False


def _enabled_services() -> set[str]:
    """Our packages' services that are set to start at boot; read from systemd's links."""
    wanted = Path("/etc/systemd/system").glob("*.wants/*")
    return {link.name for link in wanted if link.name in _SERVICES}


def _disable(already_enabled: set[str], log: Path) -> None:
    """Undoes "start at boot" where only our installing set it."""
    ours = sorted(_enabled_services() - already_enabled)
    if ours and shutil.which("systemctl"):
        run_logged(["systemctl", "disable", *ours], log, remedy=_REMEDY)
