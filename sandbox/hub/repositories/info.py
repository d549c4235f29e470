"""The JSON objects in which the Hub describes repositories, files, commits and references."""

from collections.abc import Sequence
from datetime import UTC
from html import escape
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

# What `expand` may name on the Hub (client 2.4.0, Expand…_T; older ones and its answers know more).
_EVERYWHERE = (
    "author cardData createdAt disabled gitalyUid lastModified likes private resourceGroup sha "
    "siblings tags trendingScore usedStorage xetEnabled"
)
_EXPANDABLE = {
    RepoKind.MODEL: (
        f"{_EVERYWHERE} baseModels childrenModelCount config downloads downloadsAllTime "
        "evalResults gated gguf inference inferenceProviderMapping library_name mask_token "
        "model-index pipeline_tag safetensors spaces transformersInfo widgetData"
    ),
    RepoKind.DATASET: (
        f"{_EVERYWHERE} citation description downloads downloadsAllTime gated mainSize "
        "paperswithcode_id"
    ),
    RepoKind.SPACE: f"{_EVERYWHERE} datasets models region runtime sdk subdomain",
}
# Of these the sandbox has no truth.
_NOT_IMITATED = set(
    (  # noqa: SIM905 - a list of words
        "baseModels childrenModelCount config evalResults gguf gitalyUid inference "
        "inferenceProviderMapping mainSize mask_token model-index resourceGroup safetensors spaces "
        "transformersInfo trendingScore widgetData citation description paperswithcode_id region"
    ).split()
)
# What is said where it is asked for alone. Without Xet, clients upload by LFS.
_ASKED_FOR = {"xetEnabled": False, "downloadsAllTime": 0}
# What a list leaves out unless it is asked for, by what asks for it.
_FULL = {"author", "lastModified", "sha", "siblings"}
_LINKED = {"datasets", "models"}
_NEVER_LISTED = {"host", "runtime", "subdomain", "usedStorage"}


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


def expanded(kind: RepoKind, info: dict[str, Any], properties: Sequence[str]) -> dict[str, Any]:
    """The part of an info that `expand` asks for; the ids are always there."""
    allowed = sorted(_EXPANDABLE[kind].split())
    for place, name in enumerate(properties):
        if name not in allowed:
            # Clients read the quoted names out of this text.
            options = "|".join(f'"{each}"' for each in allowed)
            raise BadRequestError(
                f"\u2716 Invalid option: expected one of {options}\n  \u2192 at expand[{place}]"
            )
        if name in _NOT_IMITATED:
            raise NotImitatedError(f"the repository property {name!r}")
    whole = {**info, **_ASKED_FOR}
    return {key: value for key, value in whole.items() if key in {"_id", "id", *properties}}


def listed(info: dict[str, Any], *, full: bool, card: bool, linked: bool) -> dict[str, Any]:
    """The part of an info that a list shows.

    Args:
        info: whole.
        full: whether `full` was asked for, which includes the card.
        card: the same of `cardData`.
        linked: the same of `linked`, the models and datasets of a Space.
    """
    hidden = set(_NEVER_LISTED)
    hidden |= set() if full else _FULL
    hidden |= set() if full or card else {"cardData"}
    hidden |= set() if linked else _LINKED
    return {key: value for key, value in info.items() if key not in hidden}


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


def commit_object(commit: Commit, *, formatted: bool = False) -> dict[str, Any]:
    """A commit as `commits` lists it; `formatted` adds its words in HTML."""
    title, message = escape(commit.title), escape(commit.description).replace("\n", "<br>")
    html = {"formatted": {"title": title, "message": message}} if formatted else {}
    return {
        **html,
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
