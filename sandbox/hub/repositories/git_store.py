"""Reads a bare git repository: revisions, trees, blobs, history.

Each call opens the repository anew: objects that `git push` has just written in another process are
seen at once, and libgit2 handles are never shared between threads.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pygit2
from pygit2.enums import AttrCheck, FileMode, SortMode

from sandbox.hub.http.errors import EntryNotFoundError, RevisionNotFoundError
from sandbox.hub.repositories.lfs import POINTER_SIZE_LIMIT, Pointer, parse_pointer

_SHORT_SHA = re.compile(r"[0-9a-f]{7,40}")
DEFAULT_BRANCH = "main"


@dataclass(frozen=True)
class Entry:
    """A file or folder of a tree."""

    path: str
    oid: str  # of the blob or tree, 40 hex digits
    mode: int  # git's file mode
    size: int  # of the blob as git holds it, in bytes; 0 for a folder
    pointer: Pointer | None  # set if the file's content lies in LFS

    @property
    def is_folder(self) -> bool:
        """Whether this is a folder."""
        return self.mode == FileMode.TREE

    @property
    def content_size(self) -> int:
        """Bytes a reader of the file gets."""
        return self.size if self.pointer is None else self.pointer.size

    @property
    def etag(self) -> str:
        """What identifies the content: the sha256 of an LFS file, else git's blob id."""
        return self.oid if self.pointer is None else self.pointer.oid


@dataclass(frozen=True)
class CommitInfo:
    """One commit of the history."""

    oid: str
    message: str
    author: str
    date: datetime

    @property
    def title(self) -> str:
        """First line of the message."""
        return self.message.partition("\n")[0]

    @property
    def description(self) -> str:
        """The message after its first line."""
        return self.message.partition("\n")[2].strip()


class GitStore:
    """One bare repository, for reading. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> pygit2.Repository:
        """A handle for one piece of work in one thread."""
        return pygit2.Repository(str(self.path))

    def resolve(self, revision: str) -> str:
        """The commit a branch, tag, full reference or (abbreviated) sha means; 40 hex digits."""
        repository = self.open()
        if revision == "HEAD":
            revision = DEFAULT_BRANCH
        names = [f"refs/heads/{revision}", f"refs/tags/{revision}"]
        if revision.startswith("refs/"):
            names.append(revision)
        for name in names:
            try:
                return str(repository.references[name].peel(pygit2.Commit).id)
            except (KeyError, pygit2.InvalidSpecError):
                continue
        if _SHORT_SHA.fullmatch(revision):
            try:
                return str(repository[revision].peel(pygit2.Commit).id)
            except (KeyError, ValueError, pygit2.InvalidSpecError):
                pass
        raise RevisionNotFoundError(revision)

    def references(self) -> dict[str, str]:
        """Full reference name -> object it points at (a tag object for annotated tags)."""
        repository = self.open()
        return {name: str(repository.references[name].target) for name in repository.references}

    def branch_head(self, branch: str = DEFAULT_BRANCH) -> str | None:
        """The commit a branch points at; None if there is no such branch."""
        try:
            return str(self.open().references[f"refs/heads/{branch}"].target)
        except (KeyError, pygit2.InvalidSpecError):
            return None

    def entry(self, commit: str, path: str) -> Entry | None:
        """The file or folder at a path; None if there is none."""
        repository = self.open()
        tree = repository[commit].peel(pygit2.Tree)
        try:
            return _entry(repository, tree[path], path)
        except (KeyError, ValueError):
            return None

    def walk(self, commit: str, folder: str = "", *, recursive: bool) -> Iterator[Entry]:
        """What a folder holds, in git's order; raises EntryNotFoundError if there is no folder."""
        repository = self.open()
        tree: pygit2.Object = repository[commit].peel(pygit2.Tree)
        if folder:
            try:
                tree = repository[commit].peel(pygit2.Tree)[folder]
            except KeyError:
                raise EntryNotFoundError(folder, commit) from None
        if not isinstance(tree, pygit2.Tree):
            raise EntryNotFoundError(folder, commit)
        yield from _walk(repository, tree, f"{folder}/" if folder else "", recursive=recursive)

    def blob(self, oid: str) -> bytes:
        """A blob's bytes as git holds them."""
        return self.open()[oid].peel(pygit2.Blob).data

    def history(self, commit: str) -> list[CommitInfo]:
        """The commits reachable from one, newest first."""
        walker = self.open().walk(pygit2.Oid(hex=commit), SortMode.TOPOLOGICAL | SortMode.TIME)
        return [_info(each) for each in walker]

    def commit_info(self, commit: str) -> CommitInfo:
        """One commit's author, date and message."""
        return _info(self.open()[commit].peel(pygit2.Commit))

    def last_commits(self, commit: str, paths: list[str]) -> dict[str, CommitInfo]:
        """For each path the newest commit on the first-parent line that changed it."""
        repository = self.open()
        found: dict[str, CommitInfo] = {}
        current = repository[commit].peel(pygit2.Commit)
        while len(found) < len(paths):
            parent = next(iter(current.parents), None)
            for path in paths:
                before = None if parent is None else _oid_at(parent, path)
                if path not in found and _oid_at(current, path) != before:
                    found[path] = _info(current)
            if parent is None:
                break
            current = parent
        return found

    def stored_in_lfs(self, commit: str, path: str) -> bool:
        """Whether `.gitattributes` at this commit sends a path to LFS."""
        flags = AttrCheck.INDEX_ONLY | AttrCheck.INCLUDE_COMMIT
        return self.open().get_attr(path, "filter", flags, commit) == "lfs"


def _walk(
    repository: pygit2.Repository,
    tree: pygit2.Tree,
    prefix: str,
    *,
    recursive: bool,
) -> Iterator[Entry]:
    for child in tree:
        path = f"{prefix}{child.name}"
        yield _entry(repository, child, path)
        if recursive and isinstance(child, pygit2.Tree):
            yield from _walk(repository, child, f"{path}/", recursive=True)


def _entry(repository: pygit2.Repository, found: pygit2.Object, path: str) -> Entry:
    oid, mode = str(found.id), int(found.filemode)
    if not isinstance(found, pygit2.Blob):  # a folder, or a submodule's commit
        return Entry(path, oid, mode, 0, None)
    _, size = repository.odb.read_header(found.id)
    small = size < POINTER_SIZE_LIMIT and mode != FileMode.LINK
    return Entry(path, oid, mode, size, parse_pointer(found.data) if small else None)


def _oid_at(commit: pygit2.Commit, path: str) -> str | None:
    try:
        return str(commit.tree[path].id)
    except KeyError:
        return None


def _info(commit: pygit2.Commit) -> CommitInfo:
    date = datetime.fromtimestamp(commit.commit_time, tz=UTC)
    return CommitInfo(str(commit.id), commit.message.rstrip("\n"), commit.author.name, date)
