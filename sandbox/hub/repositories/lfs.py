"""LFS: the pointers that stand in git for large files, and the store of the files themselves."""

import codecs
import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sandbox.hub.http.errors import UnprocessableError

_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize ([0-9]+)\n?",
)
_OID = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(rb"[\x00-\x08]")
REGULAR_SIZE_LIMIT = 10 * 1024 * 1024  # bytes; larger files must go to LFS
POINTER_SIZE_LIMIT = 1024  # bytes; the LFS specification: a pointer is smaller than that


@dataclass(frozen=True)
class Pointer:
    """What git holds in place of a large file."""

    oid: str  # sha256 of the content, hex
    size: int  # of the content, in bytes

    def encode(self) -> bytes:
        """The pointer file, byte for byte as git-lfs writes it."""
        text = (
            f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.oid}\nsize {self.size}\n"
        )
        return text.encode()


def parse_pointer(content: bytes) -> Pointer | None:
    """The pointer a small file is; None if it is an ordinary file."""
    match = _POINTER.fullmatch(content)
    return None if match is None else Pointer(match[1].decode(), int(match[2]))


def looks_binary(sample: bytes) -> bool:
    """Whether the first bytes of a file are no UTF-8 text.

    The platform's exact test is not published; this is its visible effect (contract: rejected
    pushes in public issues).
    """
    if _CONTROL.search(sample):
        return True
    try:
        # A sample may end inside a character: that is no sign of a binary.
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        return True
    return False


def is_oid(oid: object) -> bool:
    """Whether this is a sha256 in lower-case hex, and so safe as a file name."""
    return isinstance(oid, str) and _OID.fullmatch(oid) is not None


class ObjectStore:
    """One repository's large files, by sha256. An object is there whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, oid: str) -> Path:
        """Where the object lies, present or not."""
        if not is_oid(oid):
            raise UnprocessableError(f"Invalid LFS object id {oid!r}")
        return self._folder / oid[:2] / oid[2:4] / oid

    def size(self, oid: str) -> int | None:
        """The object's size in bytes; None if it is not stored."""
        try:
            return self.path(oid).stat().st_size
        except FileNotFoundError:
            return None

    def keep(self, oid: str) -> int | None:
        """The object's size likewise; it is young again, and stays until a commit has it."""
        size = self.size(oid)
        if size is not None:
            os.utime(self.path(oid))
        return size

    def files(self) -> list[Path]:
        """Where all objects lie, those that are still being received included."""
        return [file for file in self._folder.rglob("*") if file.is_file()]

    def total_size(self) -> int:
        """Bytes of all objects."""
        return sum(file.stat().st_size for file in self._folder.glob("??/??/*"))

    def receive(self, oid: str) -> "Upload":
        """Starts taking in an object; use as a context manager."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return Upload(self.path(oid), self._folder)


class Upload:
    """Bytes on their way into the store, hashed as they come."""

    def __init__(self, target: Path, folder: Path) -> None:
        self._target = target
        descriptor, name = tempfile.mkstemp(dir=folder, prefix="incoming-")
        self._file = os.fdopen(descriptor, "wb")
        self._name = Path(name)
        self._hash = hashlib.sha256()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
        self._name.unlink(missing_ok=True)

    def write(self, chunk: bytes) -> None:
        """Takes the next bytes."""
        self._hash.update(chunk)
        self._file.write(chunk)

    def finish(self) -> None:
        """Puts the object in its place; raises UnprocessableError if the bytes are other ones."""
        self._file.close()
        if self._hash.hexdigest() != self._target.name:
            raise UnprocessableError(
                f"The uploaded bytes hash to {self._hash.hexdigest()}, not to {self._target.name}",
            )
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._name.replace(self._target)
