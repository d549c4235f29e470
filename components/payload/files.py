"""The files that are sent to a platform: which ones, and what each of them holds.

A payload is decided in the program, before any call. It refuses what must never be published:
credentials, private keys, and pointers of Git LFS standing in for the files they point to.
"""

import codecs
import functools
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pathspec

from slipway.errors import ConfigError
from slipway.payload.look import Look

# What is never part of an application, whatever its ignore files say.
_NEVER = pathspec.GitIgnoreSpec.from_lines(
    [
        ".git",  # a folder, or the file that stands for it in a submodule and a worktree
        ".cache",
        "__pycache__/",
        "*.pyc",
        ".venv/",
        ".mypy_cache/",
        ".ruff_cache/",
        ".pytest_cache/",
        ".DS_Store",
    ]
)
_FORBIDDEN_NAMES = pathspec.GitIgnoreSpec.from_lines(
    [
        *(".env", ".env.*", "!.env.example", "*.pem", "*.p12", "*.pfx", ".netrc", "_netrc"),
        *("id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", ".git-credentials", ".pypirc"),
        *(".dockercfg", ".docker/config.json", ".kube/config", "kubeconfig", ".aws/credentials"),
        ".streamlit/secrets.toml",
    ]
)
_Rules = tuple[str, pathspec.GitIgnoreSpec]  # a folder ("" or "a/b/"), and what it ignores
_PIECE = 1 << 20  # bytes that are read at once


@dataclass(frozen=True)
class PayloadFile:
    """One file: where it lies here, and git's name for its content."""

    source: Path
    oid: str  # SHA-1 of the git blob, 40 hex digits; what the Hub's tree lists for ordinary files
    sha256: str  # 64 hex digits; what the Hub's tree lists for LFS files
    size: int  # bytes

    @property
    def digest(self) -> str:
        """`oid:sha256`, enough to compare with either kind of remote file."""
        return f"{self.oid}:{self.sha256}"


@dataclass(frozen=True)
class Payload:
    """Files by their path at the destination, sorted."""

    files: Mapping[str, PayloadFile]

    def manifest(self) -> dict[str, str]:
        """Path -> digest: what is compared, shown in previews and checked again when sent."""
        return {path: file.digest for path, file in self.files.items()}

    def sources(self) -> dict[str, str]:
        """Path -> local path, from the program's folder where the file is below it.

        A state is read on other machines and in other checkouts: there the same file is elsewhere.
        Providers run in the program's folder, too.
        """
        here = Path.cwd().resolve()
        return {path: _seen_from(here, file.source) for path, file in self.files.items()}

    def text(self, path: str) -> str | None:
        """A text file's content, or None if the payload has no such file.

        Raises:
            ConfigError: it is not text in UTF-8.
        """
        file = self.files.get(path)
        if file is None:
            return None
        try:
            return file.source.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ConfigError(f"Payload file {path}: it must be text in UTF-8.") from None


def _seen_from(folder: Path, source: Path) -> str:
    return str(source.relative_to(folder) if source.is_relative_to(folder) else source)


def payload_from_folder(
    folder: Path | str, excludes: Iterable[str] = (), *, allowed: Iterable[str] = ()
) -> Payload:
    """Every file below `folder` that no `.gitignore` or `.hfignore` in it excludes.

    An ignore file speaks of its own folder and below, as for git; the innermost that says anything
    of a file decides.

    Args:
        folder: the application's folder.
        excludes: further patterns, written as in a `.gitignore`.
        allowed: paths that may be published although their names say that they hold credentials,
            such as a `.env` of public settings; what stands in them is looked at all the same.

    Raises:
        ConfigError: no such folder, nothing in it, a link that can't be followed, a name that is no
            text, or a file that must not be published.
    """
    root = Path(folder).resolve()
    if not root.is_dir():
        raise ConfigError(f"Payload {folder}: no such folder. Name the folder of the application.")
    names = sorted(_not_ignored(root, "", [], pathspec.GitIgnoreSpec.from_lines(excludes)))
    for name in names:
        if not (root / name).resolve().is_relative_to(root):
            raise ConfigError(
                f"Payload file {name}: it is a link to a file outside of {folder}, and everything "
                "in a payload is published. Put a copy there, or add it to .gitignore."
            )
    files = {name: root / name for name in names}
    return payload_from_files(files, what=str(folder), allowed=allowed)


def _not_ignored(
    root: Path, folder: str, rules: Sequence[_Rules], excludes: pathspec.GitIgnoreSpec
) -> Iterator[str]:
    """Paths relative to `root` of the files below one of its folders ("" or "a/b/")."""
    rules = [*rules, *_ignore_file(root, folder)]
    for entry in (root / folder).iterdir():
        name = folder + entry.name
        path = f"{name}/" if entry.is_dir() else name
        if _NEVER.match_file(path) or excludes.match_file(path) or _ignored(path, rules):
            continue  # what lies in an ignored folder can't be taken back in, as with git
        _check_entry(entry, name)
        if entry.is_file():
            yield name
        elif entry.is_dir():
            yield from _not_ignored(root, path, rules, excludes)


def _check_entry(entry: Path, name: str) -> None:
    """Refuses what would be left out without a word, or what no platform can name."""
    try:
        name.encode()
    except UnicodeEncodeError:
        raise ConfigError(
            f"Payload file {name!r}: its name is no text in UTF-8. Rename it, or add it to "
            ".gitignore."
        ) from None
    if name.startswith(("\\", ".\\", "..\\")):
        raise ConfigError(
            f"Payload file {name!r}: a name that begins like a path of Windows is refused by the "
            "platforms. Rename it, or add it to .gitignore."
        )
    if not entry.is_symlink() and not entry.is_file() and not entry.is_dir():
        raise ConfigError(
            f"Payload file {name}: it is neither a file nor a folder, so it can't be sent. Remove "
            "it, or add it to .gitignore."
        )
    if entry.is_symlink() and not entry.is_file():
        what = "a folder" if entry.is_dir() else "nothing that is there"
        raise ConfigError(
            f"Payload file {name}: it is a link to {what}, which can't be sent. Put a copy there, "
            "or add it to .gitignore."
        )


def _ignore_file(root: Path, folder: str) -> Iterator[_Rules]:
    """The patterns that stand in a folder itself, and what they are relative to."""
    lines: list[str] = []
    for name in (".gitignore", ".hfignore"):
        if (root / folder / name).is_file():
            lines += ignore_lines(root / folder / name)
    if lines:
        yield folder, pathspec.GitIgnoreSpec.from_lines(lines)


def ignore_lines(file: Path) -> list[str]:
    """The lines of an ignore file as git and BuildKit tell them apart, whatever its encoding.

    A name in another encoding is matched byte by byte, as there.

    Raises:
        ConfigError: neither of them would read it, and what it was to keep back would be sent.
    """
    content = file.read_bytes().removeprefix(codecs.BOM_UTF8)
    if b"\0" in content:
        raise ConfigError(
            f"Ignore file {file}: it is no plain text, so nothing would be ignored. Write it as "
            "text in UTF-8."
        )
    text = content.decode(errors="surrogateescape")
    return [line.removesuffix("\r") for line in text.split("\n")]


def _ignored(path: str, rules: Sequence[_Rules]) -> bool:
    for folder, spec in reversed(rules):
        said = spec.check_file(path.removeprefix(folder)).include
        if said is not None:
            return said
    return False


def payload_from_files(
    files: Mapping[str, Path], what: str = "files", *, allowed: Iterable[str] = ()
) -> Payload:
    """A payload of the given destination path -> local file; `allowed` as for a folder.

    Raises:
        ConfigError: an empty payload, a missing file, or one that must not be published.
    """
    if not files:
        raise ConfigError(f"Payload {what}: it holds no file at all. Check the ignore files.")
    may = set(allowed)
    read = {name: _read(name, path, allowed=name in may) for name, path in sorted(files.items())}
    return Payload(read)


def hash_file(path: Path, look: Callable[[bytes], object] | None = None) -> tuple[str, str, int]:
    """(git blob SHA-1, SHA-256, size in bytes) of a file, read once in pieces.

    Args:
        path: the file.
        look: is given each piece, too.
    """
    size = path.stat().st_size
    # The first digest is git's name for a blob, a format and not a protection.
    blob = hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    content = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_PIECE):
            blob.update(piece)
            content.update(piece)
            if look is not None:
                look(piece)
    return blob.hexdigest(), content.hexdigest(), size


def _read(name: str, path: Path, *, allowed: bool) -> PayloadFile:
    parts = PurePosixPath(name).parts
    if name.startswith("/") or ".." in parts or ".git" in parts:
        raise ConfigError(f"Payload file {name!r}: the path must stay inside the payload.")
    if not path.is_file():
        raise ConfigError(f"Payload file {name}: {path} does not exist.")
    # In whatever case: there are file systems that know none.
    if _FORBIDDEN_NAMES.match_file(name.lower()) and not allowed:
        raise ConfigError(
            f"Payload file {name}: files of this name hold credentials and everything in a payload "
            "is published. Add it to .gitignore, and give the value as a secret instead; or, if "
            f'all of it may be public, give the payload allowed=("{name}",).'
        )
    try:
        file, objection = _looked_at(path)
    except OSError as error:
        raise ConfigError(
            f"Payload file {name}: it can't be read ({error.strerror}). Make it readable, or add "
            "it to .gitignore."
        ) from None
    if objection:
        raise ConfigError(f"Payload file {name}: {objection}")
    return file


def _looked_at(path: Path) -> tuple[PayloadFile, str]:
    """The file, and why it must not be published; read once while nobody touches it."""
    found = path.resolve()
    status = found.stat()
    return _as_it_was(found, status.st_mtime_ns, status.st_size, status.st_ino)


@functools.cache
def _as_it_was(path: Path, *_was: int) -> tuple[PayloadFile, str]:
    looked = Look()
    oid, sha256, size = hash_file(path, looked.at)
    return PayloadFile(path, oid, sha256, size), looked.objection()
