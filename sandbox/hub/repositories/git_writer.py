"""Writes a bare git repository: commits that land whole or not at all, branches, tags.

The reference moves by compare-and-swap under git's own lock file, so that an API commit and a
`git push` in another process cannot overwrite each other.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType, ReferenceType

from sandbox.hub.http.errors import (
    BadRequestError,
    ConflictError,
    EntryNotFoundError,
    RevisionNotFoundError,
    StaleParentError,
)
from sandbox.hub.repositories.git_store import DEFAULT_BRANCH, GitStore
from sandbox.hub.repositories.lfs import Pointer

_ATTRIBUTES = ".gitattributes"
LFS_ATTRIBUTES = "filter=lfs diff=lfs merge=lfs -text"


@dataclass(frozen=True)
class AddFile:
    """A file whose content goes into git."""

    path: str
    content: bytes


@dataclass(frozen=True)
class AddPointer:
    """A file whose content already lies in the object store."""

    path: str
    pointer: Pointer


@dataclass(frozen=True)
class DeleteFile:
    """A file to be removed."""

    path: str


@dataclass(frozen=True)
class DeleteFolder:
    """A folder to be removed with all it holds."""

    path: str


Operation = AddFile | AddPointer | DeleteFile | DeleteFolder


def create_repository(path: Path, files: Sequence[AddFile], author: str) -> GitStore:
    """A new bare repository holding the platform's own initial commit on `main`."""
    repository = pygit2.init_repository(path, bare=True, initial_head=DEFAULT_BRANCH)
    # A detached `git gc` would outlive the push that started it, and the sandbox with it.
    repository.config["gc.auto"] = 0
    repository.config["receive.autogc"] = False
    index = pygit2.Index()
    for file in files:
        index.add(pygit2.IndexEntry(file.path, repository.create_blob(file.content), FileMode.BLOB))
    commit = _write(repository, index, [], "initial commit", author)
    repository.references.create(f"refs/heads/{DEFAULT_BRANCH}", commit)
    return GitStore(path)


def commit(
    store: GitStore,
    branch: str,
    operations: Sequence[Operation],
    *,
    message: str,
    author: str,
    expected_parent: str | None = None,
) -> str:
    """Applies all operations as one commit on a branch and returns its id.

    Raises:
        StaleParentError: The branch is not (or no longer) at `expected_parent`.
        EntryNotFoundError: Something to be deleted is not there.
    """
    repository = store.open()
    try:
        reference = repository.references[f"refs/heads/{branch}"]
    except (KeyError, pygit2.InvalidSpecError):
        raise RevisionNotFoundError(branch) from None
    parent = reference.peel(pygit2.Commit)
    if expected_parent is not None and str(parent.id) != expected_parent:
        raise StaleParentError
    index = pygit2.Index()
    index.read_tree(parent.tree)
    for operation in operations:
        _apply(repository, index, operation, str(parent.id))
    created = _write(repository, index, [parent.id], message, author)
    untracked = [
        operation.path
        for operation in operations
        if isinstance(operation, AddPointer)
        and not store.stored_in_lfs(str(created), operation.path)
    ]
    if untracked:  # as the Hub does: without these lines a clone would not fetch the content
        _track(repository, index, untracked)
        created = _write(repository, index, [parent.id], message, author)
    try:
        reference.set_target(created)
    except pygit2.GitError:
        raise StaleParentError from None
    return str(created)


def create_branch(store: GitStore, branch: str, start: str) -> None:
    """A new branch at a commit."""
    _create_reference(store.open(), f"refs/heads/{branch}", start)


def create_tag(store: GitStore, tag: str, commit: str, message: str, author: str) -> None:
    """A new tag at a commit; annotated if it comes with a message."""
    repository = store.open()
    if not message:
        _create_reference(repository, f"refs/tags/{tag}", commit)
        return
    try:
        repository.create_tag(tag, commit, ObjectType.COMMIT, _signature(author), message)
    except pygit2.AlreadyExistsError:
        raise ConflictError(f"Reference already exists: refs/tags/{tag}") from None
    except (pygit2.InvalidSpecError, pygit2.GitError):
        raise BadRequestError(f"Invalid reference name: refs/tags/{tag}") from None


def delete_branch(store: GitStore, branch: str) -> None:
    """Forgets a branch; `main` cannot be forgotten."""
    if branch == DEFAULT_BRANCH:
        raise BadRequestError(f"Cannot delete the default branch {DEFAULT_BRANCH!r}")
    _delete_reference(store, f"refs/heads/{branch}", branch)


def delete_tag(store: GitStore, tag: str) -> None:
    """Forgets a tag."""
    _delete_reference(store, f"refs/tags/{tag}", tag)


def _apply(
    repository: pygit2.Repository,
    index: pygit2.Index,
    operation: Operation,
    parent: str,
) -> None:
    path = operation.path
    match operation:
        case AddFile() | AddPointer():
            content = (
                operation.content if isinstance(operation, AddFile) else operation.pointer.encode()
            )
            mode = index[path].mode if path in index else FileMode.BLOB
            if mode == FileMode.LINK:  # new content makes a link a file again
                mode = FileMode.BLOB
            if _children(index, path):  # else the tree would hold a file and a folder of one name
                index.remove_all([path])
            index.add(pygit2.IndexEntry(path, repository.create_blob(content), mode))
        case DeleteFile():
            if path not in index:
                raise EntryNotFoundError(path, parent)
            index.remove(path)
        case DeleteFolder():
            children = _children(index, path)
            if not children:
                raise EntryNotFoundError(path, parent)
            for child in children:
                index.remove(child)


def _children(index: pygit2.Index, folder: str) -> list[str]:
    prefix = f"{folder.rstrip('/')}/"
    return [entry.path for entry in index if entry.path.startswith(prefix)]


def _track(repository: pygit2.Repository, index: pygit2.Index, paths: Sequence[str]) -> None:
    known = _ATTRIBUTES in index
    present = repository[index[_ATTRIBUTES].id].peel(pygit2.Blob).data if known else b""
    if present and not present.endswith(b"\n"):
        present += b"\n"
    # A pattern cannot hold a bare space: git-lfs writes it as a character class.
    lines = (f"{path.replace(' ', '[[:space:]]')} {LFS_ATTRIBUTES}\n" for path in paths)
    blob = repository.create_blob(present + "".join(lines).encode())
    index.add(pygit2.IndexEntry(_ATTRIBUTES, blob, FileMode.BLOB))


def _write(
    repository: pygit2.Repository,
    index: pygit2.Index,
    parents: list[pygit2.Oid],
    message: str,
    author: str,
) -> pygit2.Oid:
    signature = _signature(author)
    tree = index.write_tree(repository)
    return repository.create_commit(None, signature, signature, message, tree, list(parents))


def _signature(author: str) -> pygit2.Signature:
    return pygit2.Signature(author, f"{author}@users.noreply.localhost", int(time.time()), 0)


def _create_reference(repository: pygit2.Repository, name: str, target: str) -> None:
    try:
        repository.references.create(name, target)
    except pygit2.AlreadyExistsError:
        raise ConflictError(f"Reference already exists: {name}") from None
    except (pygit2.InvalidSpecError, pygit2.GitError):
        raise BadRequestError(f"Invalid reference name: {name}") from None


def _delete_reference(store: GitStore, name: str, short: str) -> None:
    repository = store.open()
    try:
        reference = repository.references[name]
    except (KeyError, pygit2.InvalidSpecError):
        raise RevisionNotFoundError(short) from None
    if reference.type is ReferenceType.SYMBOLIC:
        raise BadRequestError(f"Cannot delete the symbolic reference {name}")
    reference.delete()
