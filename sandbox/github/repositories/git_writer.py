"""Writes commits that come through the API; references move by `Movements`."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pygit2
from pygit2.enums import FileMode

from sandbox.github.http.accounts import Account, Accounts, Caller
from sandbox.github.repositories.git_store import Person
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.github.settings.rules import NOTHING, Move


@dataclass(frozen=True)
class Change:
    """A file's new content, or None for a file that goes."""

    path: str
    content: bytes | None


class Writer:
    """Makes commits on branches. Thread-safe."""

    def __init__(self, registry: Registry, accounts: Accounts, movements: Movements) -> None:
        self._registry = registry
        self._accounts = accounts
        self._movements = movements

    def lock(self, repository: Repository) -> threading.RLock:
        """What to hold from looking at a branch to committing on it."""
        return self._registry.lock(repository)

    def commit(
        self,
        repository: Repository,
        caller: Caller,
        branch: str | None,
        changes: Sequence[Change],
        message: str,
        *,
        author: Person | None = None,
        committer: Person | None = None,
    ) -> str:
        """Makes one commit on a branch and returns its id.

        Args:
            repository: where.
            caller: who; also author and committer unless others are named.
            branch: a branch that is there, or None for the default one, which may be empty.
            changes: to files of the branch; a file that goes is known to be there.
            message: of the commit.
            author: who wrote it.
            committer: who commits it.

        Raises:
            ConflictError: a rule refuses it, or the branch has moved on meanwhile.
        """
        with self._registry.lock(repository):
            self._registry.require(repository)
            branch = branch or repository.git.default_branch()
            head = repository.git.branch_head(branch)
            handle = repository.git.open()
            index = pygit2.Index()
            if head is not None:
                index.read_tree(handle[head].peel(pygit2.Tree))
            for change in changes:
                _apply(handle, index, change)
            own = person_of(self._accounts.of(caller))
            created = handle.create_commit(
                None,
                _signature(author or committer or own),
                _signature(committer or own),
                message,
                index.write_tree(handle),
                [] if head is None else [pygit2.Oid(hex=head)],
            )
            move = Move(f"refs/heads/{branch}", head or NOTHING, str(created))
            self._movements.move(repository, caller, move)
        return str(created)


def person_of(account: Account) -> Person:
    """As whom an account's commits are signed."""
    email = f"{account.id}+{account.login}@users.noreply.localhost"
    return Person(account.login, email, datetime.fromtimestamp(int(time.time())).astimezone())


def _signature(person: Person) -> pygit2.Signature:
    offset = person.at.utcoffset()
    minutes = 0 if offset is None else int(offset.total_seconds() // 60)
    return pygit2.Signature(person.name, person.email, int(person.at.timestamp()), minutes)


def _apply(handle: pygit2.Repository, index: pygit2.Index, change: Change) -> None:
    if change.content is None:
        index.remove(change.path)
        return
    mode = index[change.path].mode if change.path in index else FileMode.BLOB
    if mode == FileMode.LINK:  # new content makes a link a file again
        mode = FileMode.BLOB
    index.add(pygit2.IndexEntry(change.path, handle.create_blob(change.content), mode))
