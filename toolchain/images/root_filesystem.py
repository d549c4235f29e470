"""A root file system of the host's own distribution, as a tar archive for an image."""

import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toolchain.cache import cache_folder
from toolchain.debian_packages import find_program
from toolchain.images import host_needs
from toolchain.images.apt_sources import AptSource, distribution_sources
from toolchain.images.loopback_services import from_inside
from toolchain.logged_command import run_logged
from toolchain.progress import SetupError

_DISTRIBUTIONS = ("debian", "ubuntu")
_REMEDY = "It fetches packages from the mirror in /etc/apt; check that `apt-get update` works here."
_APT_S_OWN = Path("/var/cache/apt/pkgcache.bin")
# As in the official slim images: what nobody reads in a container.
_EXCLUDED = ("doc", "man", "info", "locale", "lintian")


@dataclass(frozen=True)
class HostRelease:
    """The distribution this host runs, as far as images are made from it."""

    distribution: str  # "debian" or "ubuntu"
    codename: str  # "bookworm"
    version: str  # "12" or "24.04"
    sources: tuple[AptSource, ...]  # the base suite first


def host_release(etc: Path = Path("/etc")) -> HostRelease:
    """Reads what this host is.

    Args:
        etc: the folder with os-release and apt's configuration.

    Raises:
        SetupError: it is neither Debian nor Ubuntu, or its archives are not in its apt
            configuration.
    """
    os_release = etc / "os-release"
    fields = _fields(os_release.read_text(encoding="utf-8")) if os_release.is_file() else {}
    distribution = fields.get("ID", "")
    codename = fields.get("VERSION_CODENAME", "")
    if distribution not in _DISTRIBUTIONS or not codename:
        raise SetupError(
            f"This host is {distribution or 'of an unknown kind'}, neither Debian nor Ubuntu."
        )
    sources = distribution_sources(etc / "apt", codename)
    if not sources or sources[0].suite != codename:
        raise SetupError(
            f"/etc/apt names no http archive of {distribution} {codename}; base images are made"
            " from it. Add one to /etc/apt/sources.list.d."
        )
    return HostRelease(distribution, codename, fields.get("VERSION_ID", ""), tuple(sources))


def _fields(text: str) -> dict[str, str]:
    """Shell assignments, as os-release(5) defines them."""
    words = shlex.split(text, comments=True)
    return dict(word.split("=", 1) for word in words if "=" in word)


def make_root_filesystem(release: HostRelease, archive: Path, log: Path) -> None:
    """Bootstraps the distribution and makes it fit for containers on this network; needs root.

    Args:
        release: what to bootstrap, and from where.
        archive: the tar file to write.
        log: file for the programs' output.

    Raises:
        SetupError: a program failed; the message names the log.
    """
    root = archive.parent / "root"
    mirror = release.sources[0].uri
    debootstrap = find_program("debootstrap") or "debootstrap"
    options = ["--variant=minbase", "--include=ca-certificates"]
    run_logged([debootstrap, *options, release.codename, root, mirror], log, remedy=_REMEDY)
    _use_host_archives(release, root)
    _trust_host_certificates(root, log)
    _write(root / "etc/pip.conf", from_inside(host_needs.pip_configuration()))
    _shrink(root)
    # Its file systems are those of a running host; nothing else of it is mounted.
    excluded = [f"--exclude=./{folder}/*" for folder in ("proc", "sys", "dev")]
    run_logged(
        ["tar", "--numeric-owner", *excluded, "-C", root, "-cf", archive, "."], log, remedy=_REMEDY
    )
    shutil.rmtree(root)


def candidate_versions(*packages: str) -> list[str]:
    """The upstream versions of packages as apt would install them here, such as "3.11.2".

    Raises:
        SetupError: apt knows no such package.
    """
    # Images of Debian and Ubuntu have it that apt keeps no cache: it would read the lists of all
    # archives anew at every set-up, for half a second. This one apt itself holds against them.
    ours = cache_folder() / "apt"
    ours.mkdir(parents=True, exist_ok=True)
    kept = () if _APT_S_OWN.is_file() else ("-o", f"Dir::Cache::pkgcache={ours / 'pkgcache.bin'}")
    shown = subprocess.run(
        ["apt-cache", *kept, "policy", *packages], check=False, capture_output=True, text=True
    ).stdout
    versions: dict[str, str] = {}
    package = ""
    for line in shown.splitlines():
        name, _, value = line.strip().partition(":")
        if not line.startswith(" "):
            package = name
        elif name == "Candidate" and value.strip()[:1].isdigit():
            # [epoch:]upstream[-revision]
            versions[package] = value.strip().rpartition(":")[2].partition("-")[0]
    for package in packages:
        if package not in versions:
            raise SetupError(f"apt knows no package {package}; `apt-get update` may help.")
    return [versions[package] for package in packages]


def _use_host_archives(release: HostRelease, root: Path) -> None:
    for keyring in {source.signed_by for source in release.sources if source.signed_by}:
        inside = root / keyring.lstrip("/")
        if not inside.exists():
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(keyring, inside)
    (root / "etc/apt/sources.list").unlink(missing_ok=True)
    stanzas = "\n".join(source.deb822() for source in release.sources)
    _write(root / "etc/apt/sources.list.d/host.sources", from_inside(stanzas))
    settings = 'Acquire::Languages "none";\nAPT::Install-Suggests "0";\n'
    settings += from_inside(host_needs.apt_configuration())
    _write(root / "etc/apt/apt.conf.d/90host", settings)
    lines = [f"path-exclude /usr/share/{folder}/*\n" for folder in _EXCLUDED]
    # Licences have to stay with what they cover.
    _write(
        root / "etc/dpkg/dpkg.cfg.d/slim",
        "".join([*lines, "path-include /usr/share/doc/*/copyright\n"]),
    )


def _trust_host_certificates(root: Path, log: Path) -> None:
    """Adds them where `update-ca-certificates`, run again by any package, keeps them."""
    folder = root / "usr/local/share/ca-certificates"
    bundle = root / "etc/ssl/certs/ca-certificates.crt"
    for number, pem in enumerate(host_needs.added_certificates(bundle)):
        _write(folder / f"host-{number}.crt", f"{pem}\n")
    run_logged(["chroot", root, "update-ca-certificates"], log, remedy=_REMEDY)


def _shrink(root: Path) -> None:
    for pattern in (
        *(f"usr/share/{folder}/*" for folder in _EXCLUDED if folder != "doc"),
        "var/lib/apt/lists/*",
        "var/cache/apt/*",
        "var/log/*",
    ):
        for path in root.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
    for path in root.glob("usr/share/doc/*/*"):
        if path.name != "copyright" and not path.is_dir():
            path.unlink()
    (root / "etc/machine-id").write_text("", encoding="ascii")  # else all containers share one


def _write(path: Path, text: str) -> None:
    if text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
