"""What must not be published, seen in a file while it is read for its digests."""

import re

from slipway.core.secrecy.shapes import CredentialSearch

_LFS_POINTER = re.compile(rb"version https://git-lfs\.github\.com/spec/v1\r?\n")
_POINTER = 100  # bytes; as many as tell one


class Look:
    """A look at one file, of any size, piece by piece."""

    def __init__(self) -> None:
        self._credentials = CredentialSearch()
        self._first: bytes | None = None

    def at(self, piece: bytes) -> None:
        """Looks at the next piece."""
        if self._first is None:
            self._first = piece[:_POINTER]
        self._credentials.feed(piece)

    def objection(self) -> str:
        """Why it must not be published; empty if nothing speaks against it."""
        if _LFS_POINTER.match(self._first or b""):
            return "this is a Git LFS pointer, not the file it points to. Run `git lfs pull` first."
        if kind := self._credentials.found:
            return (
                f"it holds {kind}, and everything in a payload is published. Remove it, revoke it, "
                "and give the value as a secret instead."
            )
        return ""
