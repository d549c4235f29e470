"""What the Hub's API does to a repository's git: commits of operations, branches, tags."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.git.moves import NOTHING, Move
from sandbox.git.store import DEFAULT_BRANCH, Person
from sandbox.git.writer import (
    Draft,
    InvalidReferenceError,
    ReferenceExistsError,
    ReferenceMissingError,
    ReferenceMovedError,
    create_annotated_tag,
    move_reference,
)
from sandbox.hub.http.errors import (
    BadRequestError,
    ConflictError,
    EntryNotFoundError,
    RevisionNotFoundError,
    StaleParentError,
)
from sandbox.hub.repositories.files import HubStore
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


def create_repository(path: Path, files: Sequence[AddFile], author: str) -> HubStore:
    """A new bare repository holding the platform's own initial commit on `main`."""
    store = HubStore.create(path)
    draft = Draft(store, None)
    for file in files:
        draft.put(file.path, file.content)
    commit = draft.write("initial commit", _person(author))
    move_reference(store, Move(f"refs/heads/{DEFAULT_BRANCH}", NOTHING, commit))
    return store


def commit(
    store: HubStore,
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
    parent = store.branch_head(branch)
    if parent is None:
        raise RevisionNotFoundError(branch)
    if expected_parent is not None and parent != expected_parent:
        raise StaleParentError
    draft, who = Draft(store, parent), _person(author)
    for operation in operations:
        _apply(draft, operation, parent)
    created = draft.write(message, who)
    untracked = [
        operation.path
        for operation in operations
        if isinstance(operation, AddPointer) and not store.stored_in_lfs(created, operation.path)
    ]
    if untracked:  # as the Hub does: without these lines a clone would not fetch the content
        _track(draft, untracked)
        created = draft.write(message, who)
    try:
        move_reference(store, Move(f"refs/heads/{branch}", parent, created))
    except (ReferenceMovedError, ReferenceMissingError):
        raise StaleParentError from None
    return created


def create_branch(store: HubStore, branch: str, start: str) -> None:
    """A new branch at a commit."""
    with _refused():
        move_reference(store, Move(f"refs/heads/{branch}", NOTHING, start))


def create_tag(store: HubStore, tag: str, commit: str, message: str, author: str) -> None:
    """A new tag at a commit; annotated if it comes with a message."""
    with _refused():
        if message:
            create_annotated_tag(store, tag, commit, message, _person(author))
        else:
            move_reference(store, Move(f"refs/tags/{tag}", NOTHING, commit))


def delete_branch(store: HubStore, branch: str) -> None:
    """Forgets a branch; `main` cannot be forgotten."""
    if branch == DEFAULT_BRANCH:
        raise BadRequestError(f"Cannot delete refs/heads/{DEFAULT_BRANCH}")
    _delete(store, f"refs/heads/{branch}", branch)


def delete_tag(store: HubStore, tag: str) -> None:
    """Forgets a tag."""
    _delete(store, f"refs/tags/{tag}", tag)


def _delete(store: HubStore, name: str, short: str) -> None:
    target = store.references(name).get(name)
    if target is None:
        raise RevisionNotFoundError(short)
    with _refused():
        move_reference(store, Move(name, target, NOTHING))


def _apply(draft: Draft, operation: Operation, parent: str) -> None:
    try:
        match operation:
            case AddFile():
                draft.put(operation.path, operation.content)
            case AddPointer():
                draft.put(operation.path, operation.pointer.encode())
            case DeleteFile() if operation.path in draft:
                draft.remove(operation.path)
            case DeleteFile() | DeleteFolder():  # the Hub takes either word for a folder
                draft.remove_folder(operation.path)
    except KeyError:
        raise EntryNotFoundError(operation.path, parent) from None


def _track(draft: Draft, paths: Sequence[str]) -> None:
    present = draft.read(_ATTRIBUTES) if _ATTRIBUTES in draft else b""
    if present and not present.endswith(b"\n"):
        present += b"\n"
    # A pattern cannot hold a bare space: git-lfs writes it as a character class.
    lines = (f"{path.replace(' ', '[[:space:]]')} {LFS_ATTRIBUTES}\n" for path in paths)
    draft.put(_ATTRIBUTES, present + "".join(lines).encode())


def _person(author: str) -> Person:
    now = datetime.fromtimestamp(int(time.time()), tz=UTC)
    return Person(author, f"{author}@users.noreply.localhost", now)


@contextmanager
def _refused() -> Iterator[None]:
    try:
        yield
    except (ReferenceExistsError, ReferenceMovedError) as error:
        raise ConflictError(str(error)) from None
    except InvalidReferenceError as error:
        raise BadRequestError(str(error)) from None
