"""Writes a bare git repository: commits that land whole or not at all, and references.

References move by compare-and-swap under git's own lock file, so that an API commit and a
`git push` in another process cannot overwrite each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pygit2
from pygit2.enums import FileMode, ObjectType, ReferenceType

from sandbox.git.moves import Move
from sandbox.git.store import GitStore, Person


class ReferenceExistsError(Exception):
    """There is a reference of that name already."""


class ReferenceMissingError(Exception):
    """There is no reference of that name."""


class ReferenceMovedError(Exception):
    """The reference is not, or no longer, where it was thought to be."""


class InvalidReferenceError(Exception):
    """No reference may have that name, or point at that."""


class Draft:
    """A commit in the making: the files of its parent, changed one by one.

    Args:
        store: where it is written.
        parent: the commit it follows; None for the first one of a branch.
    """

    def __init__(self, store: GitStore, parent: str | None) -> None:
        self._handle = store.open()
        self._parents = [] if parent is None else [pygit2.Oid(hex=parent)]
        self._index = pygit2.Index()
        if parent is not None:
            self._index.read_tree(self._handle[parent].peel(pygit2.Tree))

    def __contains__(self, path: str) -> bool:
        return path in self._index

    def read(self, path: str) -> bytes:
        """A file's content as it stands in the draft; raises KeyError."""
        return self._handle[self._index[path].id].peel(pygit2.Blob).data

    def put(self, path: str, content: bytes) -> None:
        """Adds a file, or gives one other content; an executable one stays executable."""
        mode = self._index[path].mode if path in self._index else FileMode.BLOB
        if mode == FileMode.LINK:  # new content makes a link a file again
            mode = FileMode.BLOB
        if self.below(path):  # else the tree would hold a file and a folder of one name
            self._index.remove_all([path])
        blob = self._handle.create_blob(content)
        self._index.add(pygit2.IndexEntry(path, blob, mode))

    def remove(self, path: str) -> None:
        """Removes a file; raises KeyError if it is not there."""
        if path not in self._index:
            raise KeyError(path)
        self._index.remove(path)

    def remove_folder(self, folder: str) -> None:
        """Removes all files below a folder; raises KeyError if there are none."""
        files = self.below(folder)
        if not files:
            raise KeyError(folder)
        for path in files:
            self._index.remove(path)

    def below(self, folder: str) -> list[str]:
        """The files below a folder."""
        prefix = f"{folder.rstrip('/')}/"
        return [entry.path for entry in self._index if entry.path.startswith(prefix)]

    def write(self, message: str, author: Person, committer: Person | None = None) -> str:
        """Writes the commit, which no reference leads to yet, and returns its id."""
        created = self._handle.create_commit(
            None,
            signature(author),
            signature(committer or author),
            message,
            self._index.write_tree(self._handle),
            list(self._parents),
        )
        return str(created)


def move_reference(store: GitStore, move: Move) -> None:
    """Creates, moves or removes a reference if it still is where the move starts.

    Raises:
        ReferenceExistsError: it is to be created and is there.
        ReferenceMissingError: it is not there.
        ReferenceMovedError: it points somewhere else.
        InvalidReferenceError: its name is none, or it is a symbolic one that is to go.
    """
    with _explained(move.ref):
        references = store.open().references
        if move.creates:
            references.create(move.ref, move.new)
            return
        reference = references[move.ref]
        if str(reference.target) != move.old:
            raise ReferenceMovedError(
                f"{move.ref} is at {reference.target} but expected {move.old}"
            )
        if not move.deletes:
            try:
                reference.set_target(move.new)
            except pygit2.GitError:
                raise ReferenceMovedError(f"{move.ref} has moved meanwhile") from None
        elif reference.type is ReferenceType.SYMBOLIC:
            raise InvalidReferenceError(f"Cannot delete the symbolic reference {move.ref}")
        else:
            reference.delete()


def create_annotated_tag(
    store: GitStore, tag: str, commit: str, message: str, author: Person
) -> None:
    """A new tag with a message; raises ReferenceExistsError or InvalidReferenceError."""
    with _explained(f"refs/tags/{tag}"):
        store.open().create_tag(tag, commit, ObjectType.COMMIT, signature(author), message)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except pygit2.AlreadyExistsError:
        raise ReferenceExistsError(f"Reference {name} already exists") from None
    except KeyError:
        raise ReferenceMissingError(f"Reference does not exist: {name}") from None
    except (pygit2.InvalidSpecError, pygit2.GitError):
        raise InvalidReferenceError(f"Invalid reference name: {name}") from None
    except OSError:  # git's lock file is there: a push moves it at this very moment
        raise ReferenceMovedError(f"{name} is being moved by somebody else") from None


def signature(person: Person) -> pygit2.Signature:
    """Who did it and when, as git writes it into a commit."""
    offset = person.at.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    return pygit2.Signature(person.name, person.email, int(person.at.timestamp()), minutes)
