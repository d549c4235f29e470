"""Which repositories exist, under which name, and where their git data lie."""

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.git.registry import RepositoryFolders
from sandbox.git.store import GitStore
from sandbox.github.http.clock import now
from sandbox.github.http.errors import NotFoundError, UnprocessableError
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS github_repositories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder TEXT NOT NULL,        -- name of the folder with the data
    owner TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    private INTEGER NOT NULL,
    description TEXT,
    homepage TEXT,
    created_at TEXT NOT NULL,    -- ISO 8601, UTC, whole seconds; so are the others
    updated_at TEXT NOT NULL,
    pushed_at TEXT NOT NULL,
    UNIQUE (owner, name)
);
"""
_FORKS = """
ALTER TABLE github_repositories ADD COLUMN parent INTEGER
    REFERENCES github_repositories (id) ON DELETE SET NULL;  -- what it is a fork of
"""


@dataclass(frozen=True)
class Repository:
    """One repository as it stood when it was looked up."""

    id: int
    owner: str
    name: str
    private: bool
    description: str | None
    homepage: str | None
    created_at: str
    updated_at: str
    pushed_at: str
    parent: int | None  # the number of what it is a fork of
    path: Path  # the bare git repository

    @property
    def full_name(self) -> str:
        """`owner/name`."""
        return f"{self.owner}/{self.name}"

    @property
    def git(self) -> GitStore:
        """The bare repository."""
        return GitStore(self.path)


class Registry:
    """All repositories of the sandbox's GitHub. Thread-safe."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self.folders = RepositoryFolders(folder)
        database.create(_TABLES, _FORKS)

    def add(
        self,
        owner: str,
        name: str,
        *,
        private: bool = False,
        description: str | None = None,
        homepage: str | None = None,
        parent: int | None = None,
    ) -> Repository:
        """A new, empty repository; raises UnprocessableError if the name is taken."""
        (folder, path), moment = self.folders.draw(), now()
        GitStore.create(path)
        try:
            self._database.execute(
                "INSERT INTO github_repositories (folder, owner, name, private, description,"
                " homepage, created_at, updated_at, pushed_at, parent)"
                " VALUES (?,?,?,?,?,?,?,?,?,?)",
                (
                    *(folder, owner, name, private, description, homepage),
                    *(moment, moment, moment, parent),
                ),
            )
        except sqlite3.IntegrityError:
            self.folders.remove(path)
            taken = {
                "resource": "Repository",
                "code": "custom",
                "field": "name",
                "message": "name already exists on this account",
            }
            raise UnprocessableError("Repository creation failed.", [taken]) from None
        return self._where("folder = ?", folder)[0]

    def find(self, owner: str, name: str) -> Repository | None:
        """The repository of that name, whatever its case."""
        return next(iter(self._where("owner = ? AND name = ?", owner, name)), None)

    def find_full(self, full_name: str) -> Repository | None:
        """The repository of that `owner/name`."""
        owner, _, name = full_name.partition("/")
        return self.find(owner, name)

    def find_id(self, number: int) -> Repository | None:
        """The repository with that number."""
        return next(iter(self._where("id = ?", number)), None)

    def require(self, repository: Repository) -> None:
        """Raises NotFoundError if a repository has been deleted since it was looked up.

        To be asked by who holds its lock: another writer may have been the one to delete it.
        """
        if self.find_id(repository.id) is None:
            raise NotFoundError

    def list(self, owner: str | None = None) -> Sequence[Repository]:
        """All repositories, or an owner's, by name."""
        return self._where("? IS NULL OR owner = ?", owner, owner)

    def forks(self, repository: Repository) -> Sequence[Repository]:
        """What was forked from a repository, by name."""
        return self._where("parent = ?", repository.id)

    def change(
        self,
        repository: Repository,
        *,
        private: bool,
        description: str | None,
        homepage: str | None,
    ) -> None:
        """Sets what may be changed of a repository."""
        self._database.execute(
            "UPDATE github_repositories SET private = ?, description = ?, homepage = ?,"
            " updated_at = ? WHERE id = ?",
            (private, description, homepage, now(), repository.id),
        )

    def pushed(self, repository: Repository) -> None:
        """Notes that a reference has moved."""
        self._database.execute(
            "UPDATE github_repositories SET pushed_at = ?, updated_at = ? WHERE id = ?",
            (now(), now(), repository.id),
        )

    def remove(self, repository: Repository) -> None:
        """Forgets a repository, its data, and by the tables' own rules all that refers to it."""
        self._database.execute("DELETE FROM github_repositories WHERE id = ?", (repository.id,))
        self._database.after_commit(lambda: self.folders.remove(repository.path))

    def changing(self) -> AbstractContextManager[object]:
        """Around changes of a repository and of what belongs to it: all are kept, or none."""
        return self._database.transaction()

    def recover(self) -> None:
        """Removes what a killed server left half-written; before anything is served."""
        rows = self._database.query("SELECT folder FROM github_repositories")
        self.folders.recover({row["folder"] for row in rows})

    def lock(self, repository: Repository) -> threading.RLock:
        """What whoever moves a repository's references holds."""
        return self.folders.lock(repository.id)

    def _where(self, condition: str, *values: object) -> Sequence[Repository]:
        rows = self._database.query(
            f"SELECT * FROM github_repositories WHERE {condition} ORDER BY owner, name",  # noqa: S608 - conditions are written above
            values,
        )
        found = []
        for row in map(dict[str, Any], rows):
            path = self.folders.at(row.pop("folder"))
            found.append(Repository(**row | {"private": bool(row["private"])}, path=path))
        return found
