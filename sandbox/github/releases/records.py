"""Releases and their assets as they are kept; the assets' content lies in files beside."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.github.http.clock import now
from sandbox.store.database import Database

_TABLES = """
CREATE TABLE IF NOT EXISTS github_releases (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    target TEXT NOT NULL,        -- branch or commit that the tag is made of
    name TEXT,
    body TEXT,
    draft INTEGER NOT NULL,
    prerelease INTEGER NOT NULL,
    latest INTEGER NOT NULL,     -- grows: of those that are meant to be it, the highest is
    author TEXT NOT NULL,        -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    published_at TEXT
);
CREATE INDEX IF NOT EXISTS github_releases_of ON github_releases (repository, tag);
CREATE TABLE IF NOT EXISTS github_release_assets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    release INTEGER NOT NULL REFERENCES github_releases (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    label TEXT,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    downloads INTEGER NOT NULL DEFAULT 0,
    uploader TEXT NOT NULL,      -- login
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    UNIQUE (release, name)
);
"""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A snapshot of one; the columns are explained in the table."""

    id: int
    repository: int
    tag: str
    target: str
    name: str | None
    body: str | None
    draft: bool
    prerelease: bool
    latest: int
    author: str
    created_at: str
    updated_at: str
    published_at: str | None


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A snapshot of one file of a release."""

    id: int
    release: int
    name: str
    label: str | None
    content_type: str
    size: int
    sha256: str
    downloads: int
    uploader: str
    created_at: str
    updated_at: str


class Releases:
    """All releases. Thread-safe.

    Args:
        database: the sandbox's file.
        folder: for the content of assets.
    """

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        database.create(_TABLES)

    def add(self, repository: int, author: str, **values: object) -> Release:
        """A new one; `values` are columns."""
        moment = now()
        given = {
            "repository": repository,
            "author": author,
            **values,
            "latest": 0,
            "created_at": moment,
            "updated_at": moment,
        }
        columns, holes = ", ".join(given), ", ".join("?" * len(given))
        with self._database.transaction() as connection:
            number = connection.execute(
                f"INSERT INTO github_releases ({columns}) VALUES ({holes})",  # noqa: S608 - names are ours
                tuple(given.values()),
            ).lastrowid
        return self._where("id = ?", int(number or 0))[0]

    def change(self, release: Release, **values: object) -> Release:
        """Changes columns of one."""
        given = {**values, "updated_at": now()}
        names = ", ".join(f"{name} = ?" for name in given)
        self._database.execute(
            f"UPDATE github_releases SET {names} WHERE id = ?",  # noqa: S608 - names are ours
            (*given.values(), release.id),
        )
        return self._where("id = ?", release.id)[0]

    def set_latest(self, release: Release) -> None:
        """Lets one be the latest, as long as it is neither a draft nor a pre-release."""
        self._database.execute(
            "UPDATE github_releases SET latest ="
            " (SELECT MAX(latest) + 1 FROM github_releases WHERE repository = ?) WHERE id = ?",
            (release.repository, release.id),
        )

    def delete(self, release: Release) -> None:
        """Forgets one with its assets."""
        self._database.execute("DELETE FROM github_releases WHERE id = ?", (release.id,))
        shutil.rmtree(self._place(release), ignore_errors=True)

    def forget(self, repository: int) -> None:
        """Removes the files of a repository that is gone."""
        shutil.rmtree(self._folder / str(repository), ignore_errors=True)

    def list(self, repository: int) -> Sequence[Release]:
        """A repository's, newest first."""
        return self._where("repository = ?", repository)

    def find(self, repository: int, number: int) -> Release | None:
        """The one with that number."""
        found = self._where("repository = ? AND id = ?", repository, number)
        return found[0] if found else None

    def tagged(self, repository: int, tag: str, *, drafts: bool = False) -> Release | None:
        """The one of a tag; of drafts, which share it freely, the newest."""
        found = self._where("repository = ? AND tag = ?", repository, tag)
        return next((each for each in found if drafts or not each.draft), None)

    def latest(self, repository: int) -> Release | None:
        """The one that counts as the latest."""
        found = self._where("repository = ? AND NOT draft AND NOT prerelease", repository)
        return max(found, key=lambda each: (each.latest, each.id), default=None)

    # --- assets

    def add_asset(
        self, release: Release, uploader: str, *, name: str, label: str | None, kind: str,
        content: bytes,
    ) -> Asset:  # fmt: skip
        """A new file of a release, in which no other has that name."""
        moment = now()
        with self._database.transaction() as connection:
            number = connection.execute(
                "INSERT INTO github_release_assets (release, name, label, content_type, size,"
                " sha256, uploader, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(release.id, name, label, kind, len(content)),
                    *(hashlib.sha256(content).hexdigest(), uploader, moment, moment),
                ),
            ).lastrowid
            file = self._place(release) / str(number)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return self._assets("id = ?", int(number or 0))[0]

    def change_asset(self, asset: Asset, **values: object) -> Asset:
        """Changes columns of one."""
        given = {**values, "updated_at": now()}
        names = ", ".join(f"{name} = ?" for name in given)
        self._database.execute(
            f"UPDATE github_release_assets SET {names} WHERE id = ?",  # noqa: S608 - names are ours
            (*given.values(), asset.id),
        )
        return self._assets("id = ?", asset.id)[0]

    def delete_asset(self, release: Release, asset: Asset) -> None:
        """Forgets one."""
        self._database.execute("DELETE FROM github_release_assets WHERE id = ?", (asset.id,))
        (self._place(release) / str(asset.id)).unlink(missing_ok=True)

    def assets(self, release: Release) -> Sequence[Asset]:
        """A release's, oldest first."""
        return self._assets("release = ?", release.id)

    def find_asset(self, repository: int, number: int) -> tuple[Release, Asset] | None:
        """The asset of that number, with its release."""
        for asset in self._assets("id = ?", number):
            release = self.find(repository, asset.release)
            if release is not None:
                return release, asset
        return None

    def content(self, release: Release, asset: Asset) -> bytes:
        """What is in an asset."""
        return (self._place(release) / str(asset.id)).read_bytes()

    # --- inside

    def _place(self, release: Release) -> Path:
        return self._folder / str(release.repository) / str(release.id)

    def _where(self, condition: str, *values: object) -> Sequence[Release]:
        rows = self._database.query(
            f"SELECT * FROM github_releases WHERE {condition} ORDER BY id DESC",  # noqa: S608 - written above
            values,
        )
        flags = ("draft", "prerelease")
        return [
            Release(**{**dict(row), **{flag: bool(row[flag]) for flag in flags}}) for row in rows
        ]

    def _assets(self, condition: str, *values: object) -> Sequence[Asset]:
        rows = self._database.query(
            f"SELECT * FROM github_release_assets WHERE {condition} ORDER BY id",  # noqa: S608 - written above
            values,
        )
        return [Asset(**dict(row)) for row in rows]
