"""The JSON objects in which the Hub describes repositories, files, commits and references."""

from datetime import UTC
from typing import Any

from sandbox.git.store import Commit
from sandbox.http.errors import NotImitatedError
from sandbox.hub.contract import SpaceHost
from sandbox.hub.http.accounts import object_id
from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.repositories.card import front_matter
from sandbox.hub.repositories.files import HubEntry
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Repository

# What `expand` may name on the Hub but the sandbox has no truth for (client 2.4.0, Expand…_T).
_NOT_IMITATED = set(
    (  # noqa: SIM905 - a list of words
        "baseModels childrenModelCount config downloadsAllTime evalResults gguf inference "
        "inferenceProviderMapping mask_token model-index resourceGroup safetensors spaces "
        "transformersInfo trendingScore widgetData citation description paperswithcode_id region"
    ).split()
)


class Describer:
    """Describes repositories. Thread-safe."""

    def __init__(self, space_host: SpaceHost) -> None:
        self._space_host = space_host

    def info(self, repository: Repository, commit: str, *, blobs: bool = False) -> dict[str, Any]:
        """All the Hub says of a repository at a commit; `blobs` adds sizes and ids of files."""
        git = repository.git
        entries = [e for e in git.walk(commit, recursive=True) if not e.is_folder]
        card = self._card(repository, commit)
        last = git.commit(commit)
        described: dict[str, Any] = {
            "_id": object_id(repository.uid),
            "id": repository.id,
            "author": repository.name.namespace,
            "sha": commit,
            "lastModified": _time(last),
            "createdAt": repository.created_at.isoformat(timespec="milliseconds")[:23] + "Z",
            "private": repository.visibility == "private",
            "visibility": repository.visibility,
            "gated": repository.gated or False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": _tags(card),
            "cardData": card,
            "siblings": [_sibling(entry, blobs=blobs) for entry in entries],
            "usedStorage": repository.objects.total_size() + sum(e.size for e in entries),
        }
        if repository.kind is RepoKind.MODEL:
            described["modelId"] = repository.id
            for key in ("library_name", "pipeline_tag"):
                if key in card:
                    described[key] = card[key]
        if repository.kind is RepoKind.SPACE:
            host, subdomain = self._space_host.host(repository.id)
            described.update(
                sdk=card.get("sdk"),
                host=host,
                subdomain=subdomain,
                runtime=self._space_host.runtime(repository.id),
                models=card.get("models") or [],
                datasets=card.get("datasets") or [],
            )
        return described

    @staticmethod
    def _card(repository: Repository, commit: str) -> dict[str, Any]:
        entry = repository.git.entry(commit, "README.md")
        if entry is None or entry.is_folder or entry.pointer is not None:
            return {}
        return front_matter(repository.git.blob(entry.oid).decode(errors="replace")) or {}


def expanded(info: dict[str, Any], properties: list[str]) -> dict[str, Any]:
    """The part of an info that `expand` asks for; the ids are always there."""
    for name in properties:
        if name in _NOT_IMITATED:
            raise NotImitatedError(f"the repository property {name!r}")
        if name not in info and name not in {"library_name", "pipeline_tag"}:
            raise BadRequestError(f'"expand" must be one of [{", ".join(sorted(info))}]')
    return {key: value for key, value in info.items() if key in {"_id", "id", *properties}}


def entry_object(entry: HubEntry, last: Commit | None = None) -> dict[str, Any]:
    """A file or folder as `tree` and `paths-info` list it; `last` is added when expanding."""
    if entry.is_folder:
        described: dict[str, Any] = {"type": "directory", "oid": entry.oid, "size": 0}
    else:
        described = {"type": "file", "oid": entry.oid, "size": entry.content_size}
    described["path"] = entry.path
    if entry.pointer is not None:
        described["lfs"] = {
            "oid": entry.pointer.oid,
            "size": entry.pointer.size,
            "pointerSize": entry.size,
        }
    if last is not None:
        described["lastCommit"] = {"id": last.oid, "title": last.title, "date": _time(last)}
    return described


def commit_object(commit: Commit) -> dict[str, Any]:
    """A commit as `commits` lists it."""
    return {
        "id": commit.oid,
        "title": commit.title,
        "message": commit.description,
        "authors": [{"user": commit.author.name, "avatar": None}],
        "date": _time(commit),
    }


def _sibling(entry: HubEntry, *, blobs: bool) -> dict[str, Any]:
    described: dict[str, Any] = {"rfilename": entry.path}
    if blobs:
        described.update(blobId=entry.oid, size=entry.content_size)
        if entry.pointer is not None:
            described["lfs"] = {
                "sha256": entry.pointer.oid,
                "size": entry.pointer.size,
                "pointerSize": entry.size,
            }
    return described


def _tags(card: dict[str, Any]) -> list[str]:
    tags = [str(card[key]) for key in ("sdk", "pipeline_tag", "library_name") if card.get(key)]
    tags += [str(tag) for tag in card.get("tags") or []]
    for key, prefix in (("license", "license:"), ("base_model", "base_model:")):
        value = card.get(key)
        tags += [
            f"{prefix}{each}" for each in (value if isinstance(value, list) else [value]) if each
        ]
    return [*dict.fromkeys(tags), "region:us"]


def _time(commit: Commit) -> str:
    return commit.committer.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
