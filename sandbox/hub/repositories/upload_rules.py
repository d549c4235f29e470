"""Which uploads go to LFS, which are ignored, and which paths are legal in a repository."""

import re

import pathspec

from sandbox.hub.http.errors import BadRequestError, UnprocessableError
from sandbox.hub.repositories.files import HubStore
from sandbox.hub.repositories.lfs import REGULAR_SIZE_LIMIT, looks_binary

SAMPLE_SIZE = 512  # bytes of a file the client sends ahead
_MAX_PATH_LENGTH = 4096
_LARGEST_IGNORE = 64 << 10  # bytes; a limit of the sandbox's own
_LEADS_OUT = re.compile(r"\.{0,2}\\")


def goes_to_lfs(store: HubStore, commit: str, path: str, size: int, sample: bytes) -> bool:
    """Whether `preupload` asks the client to send a file through LFS."""
    if size == 0:
        return False
    return (
        size > REGULAR_SIZE_LIMIT
        or looks_binary(sample[:SAMPLE_SIZE])
        or store.stored_in_lfs(commit, path)
    )


def ignored(patterns: str | None, path: str) -> bool:
    """Whether a `.gitignore`, of an upload or of the repository, covers a path."""
    if not patterns:
        return False
    return bool(pathspec.GitIgnoreSpec.from_lines(patterns.splitlines()).match_file(path))


def ignore_patterns(store: HubStore, commit: str) -> str | None:
    """The repository's own `.gitignore` at a commit."""
    entry = store.entry(commit, ".gitignore")
    if entry is None or entry.is_folder or entry.size > _LARGEST_IGNORE:
        return None
    return store.blob(entry.oid).decode(errors="replace")


def checked_path(path: object) -> str:
    """A path inside a repository.

    Raises:
        BadRequestError: It could lead out of it, or is git's own.
        UnprocessableError: On some system its beginning would; elsewhere a backslash is a letter.
    """
    if isinstance(path, str) and _LEADS_OUT.match(path):
        raise UnprocessableError(f"Invalid path in repository: {path!r}")
    if not isinstance(path, str) or not is_safe_path(path):
        raise BadRequestError(f"Invalid path in repository: {path!r}")
    return path


def is_safe_path(path: str) -> bool:
    """Whether a path names something inside a repository and nothing of git's own."""
    if not path or len(path) > _MAX_PATH_LENGTH or "\0" in path:
        return False
    parts = path.split("/")
    return all(part not in {"", ".", ".."} and part.lower() != ".git" for part in parts)
