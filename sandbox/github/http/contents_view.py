"""Files and folders as the API shows them."""

import base64
from typing import Any
from urllib.parse import quote

from sandbox.git.store import Entry
from sandbox.github.http.requests import Urls
from sandbox.github.repositories.registry import Repository

_WITH_CONTENT = 1 << 20  # bytes; larger files come without it, as on the platform


def inside(entry: Entry, content: bytes) -> dict[str, Any]:
    """What a file adds to its description when it is asked for alone."""
    if entry.kind == "symlink":
        return {"target": content.decode(errors="replace")}
    if entry.kind == "submodule":
        return {"submodule_git_url": None}
    if entry.size > _WITH_CONTENT:
        return {"content": "", "encoding": "none"}
    # In lines of 60 characters, as GitHub writes it.
    text = base64.b64encode(content).decode()
    lines = "".join(f"{text[at : at + 60]}\n" for at in range(0, len(text), 60))
    return {"content": lines, "encoding": "base64"}


def described(repository: Repository, entry: Entry, ref: str, here: Urls) -> dict[str, Any]:
    """Where an entry of a tree lies and what it is."""
    api, web = f"{here.api}/repos/{repository.full_name}", f"{here.web}/{repository.full_name}"
    path = quote(entry.path)
    itself = f"{api}/contents/{path}?ref={quote(ref, safe='')}"
    git = f"{api}/git/{'trees' if entry.kind == 'dir' else 'blobs'}/{entry.oid}"
    html = f"{web}/{'tree' if entry.kind == 'dir' else 'blob'}/{ref}/{path}"
    is_file = entry.kind in {"file", "symlink"}
    return {
        "name": entry.name,
        "path": entry.path,
        "sha": entry.oid,
        "size": entry.size,
        "url": itself,
        "html_url": html,
        "git_url": git,
        "download_url": f"{web}/raw/{quote(ref)}/{path}" if is_file else None,
        "type": entry.kind,
        "_links": {"self": itself, "git": git, "html": html},
    }
