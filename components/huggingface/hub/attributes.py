"""The `.gitattributes` of a repository: a file that a payload and the Hub write together.

Where a commit holds a large file that no rule of the repository sends to LFS, the Hub adds a line
for it. Without that line a clone gets the pointer in place of the file. So what a payload says
stands first, and lines for files that lie in LFS may follow it.
"""

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from slipway.errors import ConfigError

if TYPE_CHECKING:
    from slipway.payload.files import Payload

ATTRIBUTES = ".gitattributes"
_TO_LFS = "filter=lfs diff=lfs merge=lfs -text"
_SPACE = "[[:space:]]"  # a pattern ends at a bare space
_SPECIAL = re.compile(r'[*?\["#]')
_BLANKS = re.compile(r"[ \t\r]+")  # git's, which are fewer than Python's
_OF_ONE = re.compile(r"\[([^\]!^])\]|\[(\[)\]")  # a class of one character is that character


def check_attributes(payload: "Payload | None") -> None:
    """Refuses a `.gitattributes` that git stops reading before it has come to the Hub's lines.

    Raises:
        ConfigError: it is no text in UTF-8, or holds a NUL.
    """
    if payload is not None and "\0" in (payload.text(ATTRIBUTES) or ""):
        raise ConfigError(
            f"Payload file {ATTRIBUTES}: it holds a NUL, at which git stops reading. Write it as "
            "text in UTF-8."
        )


def begins_as_declared(oid: str, content: bytes, tree: Mapping[str, str]) -> bool:
    """Whether a repository's file is a payload's, followed by nothing but lines for files in LFS.

    Args:
        oid: git's name for the payload's file, 40 hex digits; what stands in it isn't needed.
        content: of the repository's file.
        tree: path -> identity of each of its files, as `HubClient.tree` gives it.
    """
    lines = content.splitlines(keepends=True)
    for kept in range(len(lines), -1, -1):
        begin = b"".join(lines[:kept])
        # The Hub ends a last line that the payload left open.
        if oid in (_blob(begin), _blob(begin.removesuffix(b"\n"))):
            return True
        if kept and not _is_for_one_file(lines[kept - 1], tree):
            return False
    return False


def with_files_in_lfs(declared: bytes, paths: Iterable[str]) -> bytes:
    """A payload's `.gitattributes`, with a line for each path that it may not send to LFS."""
    text = declared.decode("utf-8-sig", errors="surrogateescape")
    missing = [path for path in sorted(paths) if not _sends_to_lfs(text, path)]
    if declared and missing and not declared.endswith(b"\n"):
        declared += b"\n"
    lines = "".join(f"{_pattern(path)} {_TO_LFS}\n" for path in missing)
    return declared + lines.encode()


def staying_in_lfs(tree: Mapping[str, str], leaving: Collection[str]) -> list[str]:
    """Files that lie in LFS and that a commit does not touch."""
    return [path for path, sum_ in tree.items() if sum_.startswith(":") and path not in leaving]


def _blob(content: bytes) -> str:
    head = b"blob %d\0" % len(content)
    return hashlib.sha1(head + content, usedforsecurity=False).hexdigest()


def _is_for_one_file(line: bytes, tree: Mapping[str, str]) -> bool:
    """Whether it is what the Hub adds for a large file, which may be gone by now."""
    pattern, _, attributes = line.decode(errors="surrogateescape").strip().partition(" ")
    path = _OF_ONE.sub(r"\1\2", pattern.replace(_SPACE, " ").removeprefix("/"))
    one_file = "*" not in _OF_ONE.sub("", pattern) and "?" not in _OF_ONE.sub("", pattern)
    return attributes == _TO_LFS and one_file and tree.get(path, ":").startswith(":")


def _pattern(path: str) -> str:
    """What matches this path alone."""
    text = _SPECIAL.sub(r"[\g<0>]", path.replace("\\", "\\\\"))
    return "/" + re.sub(r"\s", _SPACE, text)


def _sends_to_lfs(text: str, path: str) -> bool:
    """Whether the rules surely do so; of what only git can tell the answer is no.

    A line too many does no harm, one too few makes a clone hold a pointer.
    """
    sent = False
    for line in text.split("\n"):
        pattern, *attributes = _BLANKS.split(line.strip(" \t\r"))
        if pattern.startswith("[attr]"):
            return False
        if filters := [each for each in attributes if re.match(r"[-!]?filter(=|$)", each)]:
            to_lfs = filters[-1] == "filter=lfs"
            matches = _matches(pattern, path)
            sent = to_lfs if matches else sent and (to_lfs or matches is not None)
    return sent


def _matches(pattern: str, path: str) -> bool | None:
    """Whether a simple pattern matches; None if it is none."""
    if re.search(r'[?\[\\"!#]|\*\*', pattern):
        return None
    if "/" not in pattern:
        return fnmatchcase(path.rpartition("/")[2], pattern)
    return None if "*" in pattern else pattern.removeprefix("/") == path
