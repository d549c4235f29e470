"""The base system that all stand-ins stand on: an archive in the cache, of this host's release."""

import hashlib
from pathlib import Path

from toolchain.cache import cache_folder, made_once
from toolchain.images import host_needs
from toolchain.images.loopback_services import from_inside
from toolchain.images.root_filesystem import HostRelease, host_release, make_root_filesystem
from toolchain.progress import Progress


def make_base_system(progress: Progress) -> None:
    """Makes what all stand-ins stand on; needs no engine, so it can be made beside one.

    Raises:
        SetupError: a program failed; the message names its log.
    """
    root_archive(host_release(), progress)


def root_archive(release: HostRelease, progress: Progress) -> Path:
    """The base system as a tar file in the cache, made at most once of the same ingredients."""
    log = cache_folder() / "logs" / "base-system.log"
    what = name_of(release)
    folder = archive_folder(release)

    def make(partial: Path) -> None:
        log.unlink(missing_ok=True)
        with progress.step(f"Base system {what}: installing", usually_seconds=60, log=log):
            make_root_filesystem(release, partial / "rootfs.tar", log)

    made_once(folder, make)
    return folder / "rootfs.tar"


def archive_folder(release: HostRelease) -> Path:
    """Where the archive lies: its name changes with all that goes into it."""
    return cache_folder() / f"base-system-{release.codename}-{system_key(release)}"


def name_of(release: HostRelease) -> str:
    """For people, such as "Debian bookworm"."""
    return f"{release.distribution.capitalize()} {release.codename}"


def system_key(release: HostRelease) -> str:
    """Changes with what the base system is made of: release, archives, certificates, settings."""
    certificates = host_needs.added_certificates(None)
    return short_digest(*map(from_inside, package_settings(release)), *certificates)


def package_settings(release: HostRelease) -> tuple[str, ...]:
    """How this machine's apt and pip reach their archives and indexes, as texts."""
    return repr(release), host_needs.pip_configuration(), host_needs.apt_configuration()


def short_digest(*parts: str) -> str:
    """Twelve hexadecimal digits of some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]
