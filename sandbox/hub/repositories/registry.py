"""Which repositories exist, under which name, and where their git and LFS data lie."""

import sqlite3
import threading
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sandbox.git.registry import RepositoryFolders
from sandbox.hub.http.errors import ConflictError, RepositoryNotFoundError
from sandbox.hub.repositories.files import HubStore
from sandbox.hub.repositories.lfs import ObjectStore
from sandbox.hub.repositories.names import RepoKind, RepoName
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS hub_repositories (
    uid TEXT PRIMARY KEY,        -- folder name of the data; survives a rename
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    visibility TEXT NOT NULL,    -- public, protected or private
    gated TEXT,                  -- auto or manual; NULL: not gated
    created_at TEXT NOT NULL,    -- ISO 8601, UTC
    UNIQUE (kind, namespace, name)
);
"""
# Under which names repositories were known before; names are looked up whatever their case.
_FORMER_NAMES = """
CREATE TABLE hub_former_names (
    kind TEXT NOT NULL,
    namespace TEXT NOT NULL COLLATE NOCASE,
    name TEXT NOT NULL COLLATE NOCASE,
    uid TEXT NOT NULL REFERENCES hub_repositories (uid) ON DELETE CASCADE,
    PRIMARY KEY (kind, namespace, name)
);
CREATE INDEX hub_repositories_named
    ON hub_repositories (kind, namespace COLLATE NOCASE, name COLLATE NOCASE);
"""


@dataclass(frozen=True)
class Repository:
    """One repository as it stood when it was looked up."""

    uid: str
    name: RepoName
    visibility: str
    gated: str | None
    created_at: datetime
    folder: Path

    @property
    def id(self) -> str:
        """`namespace/name`."""
        return self.name.id

    @property
    def kind(self) -> RepoKind:
        """Model, dataset or Space."""
        return self.name.kind

    @property
    def git(self) -> HubStore:
        """The bare repository."""
        return HubStore(self.folder / "git")

    @property
    def objects(self) -> ObjectStore:
        """The LFS objects beside it."""
        return ObjectStore(self.folder / "lfs")


class Registry:
    """All repositories of the sandbox. Thread-safe."""

    def __init__(self, database: Database, data_folder: Path) -> None:
        self.database = self._database = database
        self.folders = RepositoryFolders(data_folder)
        database.create(_TABLES, _FORMER_NAMES)

    def add(self, uid: str, name: RepoName, visibility: str) -> Repository:
        """Makes a prepared folder known under a name; raises ConflictError if that is taken."""
        with self._database.transaction() as connection:
            if self.find(name.kind, name.id) is not None:
                raise ConflictError(f"You already created this {name.kind} repo")
            connection.execute(
                "INSERT INTO hub_repositories (uid, kind, namespace, name, visibility, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (uid, str(name.kind), name.namespace, name.name, visibility, _now()),
            )
            self._take_over(name)
        return self.get(name.kind, name.id)

    def find(self, kind: RepoKind, repo_id: str) -> Repository | None:
        """The repository of that kind and id, whatever its case, or None."""
        namespace, _, name = repo_id.partition("/")
        rows = self._database.query(
            "SELECT * FROM hub_repositories WHERE kind = ? AND namespace = ? COLLATE NOCASE"
            " AND name = ? COLLATE NOCASE ORDER BY (namespace = ? AND name = ?) DESC",
            (str(kind), namespace, name, namespace, name),
        )
        return self._repository(rows[0]) if rows else None

    def formerly(self, kind: RepoKind, repo_id: str) -> Repository | None:
        """The repository that had that id before it got another, or None."""
        namespace, _, name = repo_id.partition("/")
        rows = self._database.query(
            "SELECT uid FROM hub_former_names WHERE kind = ? AND namespace = ? AND name = ?",
            (str(kind), namespace, name),
        )
        return self.find_uid(rows[0]["uid"]) if rows else None

    def get(self, kind: RepoKind, repo_id: str) -> Repository:
        """The repository of that kind and id; raises RepositoryNotFoundError."""
        repository = self.find(kind, repo_id)
        if repository is None:
            raise RepositoryNotFoundError
        return repository

    def find_uid(self, uid: str) -> Repository | None:
        """The repository with that identifier, or None."""
        rows = self._database.query("SELECT * FROM hub_repositories WHERE uid = ?", (uid,))
        return self._repository(rows[0]) if rows else None

    def require(self, repository: Repository) -> None:
        """Raises RepositoryNotFoundError if a repository has been deleted since it was looked up.

        To be asked by who holds its lock: another writer may have been the one to delete it.
        """
        if self.find_uid(repository.uid) is None:
            raise RepositoryNotFoundError

    def list(self, kind: RepoKind) -> list[Repository]:
        """All repositories of a kind, newest first."""
        rows = self._database.query(
            "SELECT * FROM hub_repositories WHERE kind = ? ORDER BY created_at DESC, rowid DESC",
            (str(kind),),
        )
        return [self._repository(row) for row in rows]

    def rename(self, uid: str, name: RepoName) -> None:
        """Gives a repository another name, and leads from the old one to it.

        Raises:
            ConflictError: The name is taken.
        """
        with self._database.transaction() as connection:
            taken = self.find(name.kind, name.id)
            if taken is not None and taken.uid != uid:
                raise ConflictError(f"A {name.kind} repository called {name.id} already exists")
            self._take_over(name)
            connection.execute(
                "REPLACE INTO hub_former_names (kind, namespace, name, uid)"
                " SELECT kind, namespace, name, uid FROM hub_repositories WHERE uid = ?",
                (uid,),
            )
            connection.execute(
                "UPDATE hub_repositories SET namespace = ?, name = ? WHERE uid = ?",
                (name.namespace, name.name, uid),
            )

    def _take_over(self, name: RepoName) -> None:
        """From now on a name leads to who has it, and nowhere else."""
        self._database.execute(
            "DELETE FROM hub_former_names WHERE kind = ? AND namespace = ? AND name = ?",
            (str(name.kind), name.namespace, name.name),
        )

    def set_visibility(self, uid: str, visibility: str) -> None:
        """Sets public, protected or private."""
        self._database.execute(
            "UPDATE hub_repositories SET visibility = ? WHERE uid = ?",
            (visibility, uid),
        )

    def set_gated(self, uid: str, gated: str | None) -> None:
        """Sets auto, manual or None for not gated."""
        self._database.execute("UPDATE hub_repositories SET gated = ? WHERE uid = ?", (gated, uid))

    def remove(self, repository: Repository) -> None:
        """Forgets a repository and its data."""
        self._database.execute("DELETE FROM hub_repositories WHERE uid = ?", (repository.uid,))
        self._database.after_commit(lambda: self.folders.remove(repository.folder))

    def changing(self) -> AbstractContextManager[object]:
        """Around changes of a repository and of what belongs to it: all are kept, or none."""
        return self._database.transaction()

    def recover(self) -> None:
        """Removes what a killed server left half-written; before anything is served."""
        rows = self._database.query("SELECT uid FROM hub_repositories")
        self.folders.recover({row["uid"] for row in rows})

    def lock(self, repository: Repository) -> threading.RLock:
        """What a repository's writers hold, so that commits and their notices keep one order."""
        return self.folders.lock(repository.uid)

    def _repository(self, row: sqlite3.Row) -> Repository:
        return Repository(
            uid=row["uid"],
            name=RepoName(RepoKind(row["kind"]), row["namespace"], row["name"]),
            visibility=row["visibility"],
            gated=row["gated"],
            created_at=datetime.fromisoformat(row["created_at"]),
            folder=self.folders.at(row["uid"]),
        )


def _now() -> str:
    return datetime.now(tz=UTC).isoformat(timespec="milliseconds")
