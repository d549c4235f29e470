"""Pulumi's official release, checked against the checksum file that is published with it."""

import hashlib
import platform
import shutil
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

from toolchain.cache import cache_folder, made_once, used
from toolchain.progress import Progress, SetupError

if TYPE_CHECKING:
    import requests  # where it is used it is imported: who only looks needs no package

RELEASES = "https://github.com/pulumi/pulumi/releases/download"

_CONNECT_SECONDS = 3  # a machine that nothing gets out of must not wait long to learn it
_READ_SECONDS = 30
_PIECE_BYTES = 1024 * 1024
_ARCHITECTURES = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class ReleaseUnavailableError(Exception):
    """The release cannot be had from here; building from source is the way on."""


def download_release(version: str, progress: Progress, base_url: str = RELEASES) -> Path:
    """Downloads and unpacks a release once.

    Args:
        version: without the leading "v".
        progress: announces the download, once it is known to be possible.
        base_url: address under which each release has a folder "v<version>".

    Returns:
        The folder with `pulumi` and its language hosts, to put on PATH.

    Raises:
        ReleaseUnavailableError: not reachable, not published for this machine, or broken off.
        SetupError: the archive is not the one that the checksum file describes.
    """
    folder = _folder(version)
    folder.parent.mkdir(exist_ok=True)
    made_once(folder, lambda partial: _download(version, partial, progress, base_url))
    return folder / "pulumi"


def find_release(version: str) -> Path | None:
    """The folder that `download_release` would return without a download, or None."""
    folder = _folder(version)
    return folder / "pulumi" if used(folder) else None


def _folder(version: str) -> Path:
    return cache_folder() / "pulumi" / f"{version}-release"


def _download(version: str, folder: Path, progress: Progress, base_url: str) -> None:
    name = f"pulumi-v{version}-{_machine()}.tar.gz"
    expected = _published_checksum(f"{base_url}/v{version}/pulumi-{version}-checksums.txt", name)
    archive = folder / name
    with progress.step(f"Pulumi CLI {version}: downloading", usually_seconds=20):
        found = _fetch(f"{base_url}/v{version}/{name}", archive)
        if found != expected:
            raise SetupError(
                f"{name}: what was downloaded has SHA-256 {found}, the release's checksum file says"
                f" {expected}. Nothing was installed. Try again; if it stays so, something between"
                " here and the release changes files."
            )
        with tarfile.open(archive) as packed:
            # Set this way since early 3.11 releases know no filters and take no such argument.
            packed.extraction_filter = getattr(tarfile, "data_filter", None)
            packed.extractall(folder)  # noqa: S202 - filtered, and its digest was checked
        archive.unlink()
        for program in ("pulumi", "pulumi-language-python"):
            if shutil.which(program, path=str(folder / "pulumi")) is None:
                raise SetupError(f"{name}: holds no program pulumi/{program}. Report this to us.")


def _machine() -> str:
    """This machine as Pulumi names it in its archives, such as "linux-x64"."""
    system, architecture = platform.system().lower(), platform.machine().lower()
    if system not in {"linux", "darwin"} or architecture not in _ARCHITECTURES:
        raise ReleaseUnavailableError(f"nothing is published for {system} on {architecture}")
    return f"{system}-{_ARCHITECTURES[architecture]}"


def _published_checksum(url: str, name: str) -> str:
    """The SHA-256 in hexadecimal that the release's own list gives for an archive."""
    import requests  # noqa: PLC0415 - see above

    try:
        answer = requests.get(url, timeout=(_CONNECT_SECONDS, _READ_SECONDS))
        answer.raise_for_status()
    except requests.RequestException as error:
        raise ReleaseUnavailableError(_short(error)) from error
    for line in answer.text.splitlines():
        words = line.split()
        if len(words) == 2 and words[1].lstrip("*") == name:  # noqa: PLR2004 - digest and name
            return words[0].lower()
    raise ReleaseUnavailableError(f"{url} does not list {name}")


def _fetch(url: str, target: Path) -> str:
    """Streams a file to disk and returns its SHA-256 in hexadecimal."""
    import requests  # noqa: PLC0415 - see above

    digest = hashlib.sha256()
    try:
        with (
            requests.get(url, stream=True, timeout=(_CONNECT_SECONDS, _READ_SECONDS)) as answer,
            target.open("wb") as file,
        ):
            answer.raise_for_status()
            for piece in answer.iter_content(_PIECE_BYTES):
                digest.update(piece)
                file.write(piece)
    except requests.RequestException as error:
        raise ReleaseUnavailableError(_short(error)) from error
    return digest.hexdigest()


def _short(error: "requests.RequestException") -> str:
    """What a person needs of a failed request: how it failed and with whom."""
    if error.response is not None:
        return f"{error.response.status_code} from {error.response.url}"
    host = error.request.url if error.request is not None else "the release"
    return f"{type(error).__name__} at {host}"
