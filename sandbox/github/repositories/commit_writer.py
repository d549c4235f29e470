"""Writes commits that come through the API; references move by `Movements`."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sandbox.git.moves import NOTHING, Move
from sandbox.git.store import Person
from sandbox.git.writer import Draft
from sandbox.github.http.accounts import Account, Accounts, Caller
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Registry, Repository


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
            draft = Draft(repository.git, head)
            for change in changes:
                if change.content is None:
                    draft.remove(change.path)
                else:
                    draft.put(change.path, change.content)
            own = person_of(self._accounts.of(caller))
            created = draft.write(message, author or committer or own, committer or own)
            move = Move(f"refs/heads/{branch}", head or NOTHING, created)
            self._movements.move(repository, caller, move)
        return created


def person_of(account: Account) -> Person:
    """As whom an account's commits are signed."""
    email = f"{account.id}+{account.login}@users.noreply.localhost"
    return Person(account.login, email, datetime.fromtimestamp(int(time.time())).astimezone())
