"""Releases and their assets as they are kept; the assets' content lies in files beside."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox.github.http.clock import now
from sandbox.store.database import Database
from sandbox.store.table import Table

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
        self._releases = Table(database, "github_releases", Release, order="id DESC")
        self._assets = Table(database, "github_release_assets", Asset)

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
        return self._releases.added(**given)

    def change(self, release: Release, **values: object) -> Release:
        """Changes columns of one."""
        return self._releases.changed(release.id, **{**values, "updated_at": now()})

    def set_latest(self, release: Release) -> None:
        """Lets one be the latest, as long as it is neither a draft nor a pre-release."""
        self._database.execute(
            "UPDATE github_releases SET latest ="
            " (SELECT MAX(latest) + 1 FROM github_releases WHERE repository = ?) WHERE id = ?",
            (release.repository, release.id),
        )

    def delete(self, release: Release) -> None:
        """Forgets one with its assets."""
        self._releases.drop(release.id)
        shutil.rmtree(self._place(release), ignore_errors=True)

    def forget(self, repository: int) -> None:
        """Removes the files of a repository that is gone."""
        shutil.rmtree(self._folder / str(repository), ignore_errors=True)

    def list(self, repository: int) -> Sequence[Release]:
        """A repository's, newest first."""
        return self._releases.where("repository = ?", repository)

    def find(self, repository: int, number: int) -> Release | None:
        """The one with that number."""
        return self._releases.first("repository = ? AND id = ?", repository, number)

    def tagged(self, repository: int, tag: str, *, drafts: bool = False) -> Release | None:
        """The one of a tag; of drafts, which share it freely, the newest."""
        found = self._releases.where("repository = ? AND tag = ?", repository, tag)
        return next((each for each in found if drafts or not each.draft), None)

    def latest(self, repository: int) -> Release | None:
        """The one that counts as the latest."""
        published = "repository = ? AND NOT draft AND NOT prerelease"
        found = self._releases.where(published, repository)
        return max(found, key=lambda each: (each.latest, each.id), default=None)

    # --- assets

    def add_asset(
        self, release: Release, uploader: str, *, name: str, label: str | None, kind: str,
        content: bytes,
    ) -> Asset:  # fmt: skip
        """A new file of a release, in which no other has that name."""
        moment = now()
        with self._database.transaction():
            number = self._assets.add(
                release=release.id,
                name=name,
                label=label,
                content_type=kind,
                size=len(content),
                sha256=hashlib.sha256(content).hexdigest(),
                uploader=uploader,
                created_at=moment,
                updated_at=moment,
            )
            file = self._place(release) / str(number)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        return self._assets.get(number)

    def change_asset(self, asset: Asset, **values: object) -> Asset:
        """Changes columns of one."""
        return self._assets.changed(asset.id, **{**values, "updated_at": now()})

    def delete_asset(self, release: Release, asset: Asset) -> None:
        """Forgets one."""
        self._assets.drop(asset.id)
        (self._place(release) / str(asset.id)).unlink(missing_ok=True)

    def assets(self, release: Release) -> Sequence[Asset]:
        """A release's, oldest first."""
        return self._assets.where("release = ?", release.id)

    def find_asset(self, repository: int, number: int) -> tuple[Release, Asset] | None:
        """The asset of that number, with its release."""
        asset = self._assets.find(number)
        release = None if asset is None else self.find(repository, asset.release)
        return None if asset is None or release is None else (release, asset)

    def content(self, release: Release, asset: Asset) -> bytes:
        """What is in an asset."""
        return (self._place(release) / str(asset.id)).read_bytes()

    # --- inside

    def _place(self, release: Release) -> Path:
        return self._folder / str(release.repository) / str(release.id)
