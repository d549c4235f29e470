"""A Hub repository's files: git, whose small pointers stand for the large files in LFS."""

from collections.abc import Iterator
from dataclasses import dataclass

import pygit2
from pygit2.enums import AttrCheck, FileMode

from sandbox.git.store import Entry, GitStore
from sandbox.hub.http.errors import (
    EntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from sandbox.hub.repositories.lfs import POINTER_SIZE_LIMIT, Pointer, parse_pointer


@dataclass(frozen=True)
class HubEntry(Entry):
    """A file or folder of a tree."""

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


class HubStore(GitStore):
    """One bare repository, for reading; what is not there is refused in the Hub's words."""

    def resolve(self, ref: str) -> str:
        """The commit a branch, tag, full reference or (abbreviated) sha means; 40 hex digits."""
        commit = super().resolve(ref)
        if commit is None:
            raise RevisionNotFoundError(ref)
        return commit

    def open(self) -> pygit2.Repository:
        """A handle for one piece of work; RepositoryNotFoundError if it was deleted meanwhile."""
        try:
            return super().open()
        except pygit2.GitError:
            raise RepositoryNotFoundError from None

    def entry(self, commit: str, path: str) -> HubEntry | None:
        """The file or folder at a path; None if there is none."""
        found = super().entry(commit, path)
        return None if found is None else _with_pointer(self.open(), found)

    def walk(self, tree: str, folder: str = "", *, recursive: bool) -> Iterator[HubEntry]:
        """What a folder holds, in git's order; raises EntryNotFoundError if there is no folder."""
        handle = self.open()
        try:
            for found in super().walk(tree, folder, recursive=recursive):
                yield _with_pointer(handle, found)
        except KeyError:
            raise EntryNotFoundError(folder, tree) from None

    def blob(self, oid: str) -> bytes:
        """A blob's bytes as git holds them."""
        content = super().blob(oid)
        if content is None:
            raise EntryNotFoundError(oid)
        return content

    def stored_in_lfs(self, commit: str, path: str) -> bool:
        """Whether `.gitattributes` at this commit sends a path to LFS."""
        flags = AttrCheck.INDEX_ONLY | AttrCheck.INCLUDE_COMMIT
        return self.open().get_attr(path, "filter", flags, commit) == "lfs"


def _with_pointer(handle: pygit2.Repository, found: Entry) -> HubEntry:
    may_be_one = 0 < found.size < POINTER_SIZE_LIMIT and found.kind == "file"
    content = handle[found.oid].peel(pygit2.Blob).data if may_be_one else b""
    return HubEntry(found.path, found.oid, found.mode, found.size, parse_pointer(content))
