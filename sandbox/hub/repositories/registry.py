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
        database.create(_TABLES)

    def add(self, uid: str, name: RepoName, visibility: str) -> Repository:
        """Makes a prepared folder known under a name; raises ConflictError if that is taken."""
        try:
            self._database.execute(
                "INSERT INTO hub_repositories (uid, kind, namespace, name, visibility, created_at)"
                " VALUES (?, ?, ?, ?, ?, ?)",
                (uid, str(name.kind), name.namespace, name.name, visibility, _now()),
            )
        except sqlite3.IntegrityError:
            raise ConflictError(f"You already created this {name.kind} repo") from None
        return self.get(name.kind, name.id)

    def find(self, kind: RepoKind, repo_id: str) -> Repository | None:
        """The repository of that kind and id, or None."""
        namespace, _, name = repo_id.partition("/")
        rows = self._database.query(
            "SELECT * FROM hub_repositories WHERE kind = ? AND namespace = ? AND name = ?",
            (str(kind), namespace, name),
        )
        return self._repository(rows[0]) if rows else None

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
        """Gives a repository another name; raises ConflictError if that is taken."""
        try:
            self._database.execute(
                "UPDATE hub_repositories SET namespace = ?, name = ? WHERE uid = ?",
                (name.namespace, name.name, uid),
            )
        except sqlite3.IntegrityError:
            raise ConflictError(
                f"A {name.kind} repository called {name.id} already exists"
            ) from None

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
