"""Releases and assets as the API and events show them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox.github.http.accounts import Account, Accounts
from sandbox.github.http.describe import node_id, simple_user
from sandbox.github.http.requests import Urls
from sandbox.github.releases.records import Asset, Release
from sandbox.github.repositories.registry import Repository


def release_view(
    release: Release,
    assets: Sequence[Asset],
    repository: Repository,
    accounts: Accounts,
    here: Urls,
) -> dict[str, Any]:
    """A release."""
    place = f"{here.api}/repos/{repository.full_name}"
    api = f"{place}/releases/{release.id}"
    tag = quote(release.tag)
    return {
        "url": api,
        "assets_url": f"{api}/assets",
        "upload_url": f"{api}/assets{{?name,label}}",
        "html_url": release_page(release, repository, here),
        "id": release.id,
        "author": _user(release.author, accounts, here),
        "node_id": node_id("Release", release.id),
        "tag_name": release.tag,
        "target_commitish": release.target,
        "name": release.name,
        "draft": release.draft,
        "immutable": False,
        "prerelease": release.prerelease,
        "created_at": release.created_at,
        "updated_at": release.updated_at,
        "published_at": release.published_at,
        "assets": [asset_view(each, release, repository, accounts, here) for each in assets],
        "tarball_url": None if release.draft else f"{place}/tarball/{tag}",
        "zipball_url": None if release.draft else f"{place}/zipball/{tag}",
        "body": release.body,
    }


def asset_view(
    asset: Asset, release: Release, repository: Repository, accounts: Accounts, here: Urls
) -> dict[str, Any]:
    """A file of a release."""
    web = f"{here.web}/{repository.full_name}/releases/download"
    return {
        "url": f"{here.api}/repos/{repository.full_name}/releases/assets/{asset.id}",
        "id": asset.id,
        "node_id": node_id("ReleaseAsset", asset.id),
        "name": asset.name,
        "label": asset.label,
        "uploader": _user(asset.uploader, accounts, here),
        "content_type": asset.content_type,
        "state": "uploaded",
        "size": asset.size,
        "digest": f"sha256:{asset.sha256}",
        "download_count": asset.downloads,
        "created_at": asset.created_at,
        "updated_at": asset.updated_at,
        "browser_download_url": f"{web}/{quote(release.tag)}/{quote(asset.name)}",
    }


def release_page(release: Release, repository: Repository, here: Urls) -> str:
    """Where people see a release."""
    return f"{here.web}/{repository.full_name}/releases/tag/{quote(release.tag)}"


def _user(login: str, accounts: Accounts, here: Urls) -> dict[str, Any]:
    return simple_user(accounts.find(login) or Account(login, organization=False), here)
