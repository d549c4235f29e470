"""Differences between commits as the API shows them."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from sandbox.github.http.requests import Urls
from sandbox.github.repositories.differences import ChangedFile
from sandbox.github.repositories.registry import Repository


def file_view(file: ChangedFile, commit: str, repository: Repository, here: Urls) -> dict[str, Any]:
    """One file that differs, as it is at a commit."""
    name, path = repository.full_name, quote(file.path)
    shown: dict[str, Any] = {
        "sha": file.oid,
        "filename": file.path,
        "status": file.status,
        "additions": file.additions,
        "deletions": file.deletions,
        "changes": file.additions + file.deletions,
        "blob_url": f"{here.web}/{name}/blob/{commit}/{path}",
        "raw_url": f"{here.web}/{name}/raw/{commit}/{path}",
        "contents_url": f"{here.api}/repos/{name}/contents/{path}?ref={commit}",
    }
    if file.patch is not None:
        shown["patch"] = file.patch
    if file.previous is not None:
        shown["previous_filename"] = file.previous
    return shown


def stats_view(files: Sequence[ChangedFile]) -> dict[str, int]:
    """How many lines came and went."""
    additions = sum(each.additions for each in files)
    deletions = sum(each.deletions for each in files)
    return {"total": additions + deletions, "additions": additions, "deletions": deletions}
