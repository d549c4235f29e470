"""Files by address: `resolve` and `raw`."""

import mimetypes
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from sandbox.http.handlers import Handlers, at
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import EntryNotFoundError, RangeNotSatisfiableError
from sandbox.hub.http.requests import WEB_REPO, revision_and_path, web_repo
from sandbox.hub.repositories.files import HubEntry
from sandbox.hub.repositories.registry import Repository

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")  # another one asks for everything
_CHUNK = 1 << 20  # bytes


class DownloadRoutes(Handlers):
    """Endpoints that hand out files."""

    def __init__(self, access: Access) -> None:
        self._access = access

    @at("GET", f"{WEB_REPO}/resolve/{{rest:path}}")
    def _resolve(self, request: Request) -> Response:
        """A file's content. LFS files are answered directly, not by a redirect.

        A redirect to the same origin would break the client: it follows one on HEAD and then
        misses X-Repo-Commit (contract, fact 3).
        """
        repository, entry, headers = self._find(request, "resolve")
        if entry.pointer is None:
            return _ranged(request, repository.git.blob(entry.oid), headers)
        headers["X-Linked-Size"] = str(entry.pointer.size)
        headers["X-Linked-Etag"] = f'"{entry.pointer.oid}"'
        if repository.objects.size(entry.pointer.oid) is None:
            raise EntryNotFoundError(entry.path, headers["X-Repo-Commit"])
        return _ranged(request, repository.objects.path(entry.pointer.oid), headers)

    @at("GET", f"{WEB_REPO}/raw/{{rest:path}}")
    def _raw(self, request: Request) -> Response:
        """A file as git holds it: of an LFS file, the pointer."""
        repository, entry, headers = self._find(request, "raw")
        headers["ETag"] = f'"{entry.oid}"'
        headers["Content-Type"] = "text/plain; charset=utf-8"
        return _ranged(request, repository.git.blob(entry.oid), headers)

    def _find(self, request: Request, word: str) -> tuple[Repository, HubEntry, dict[str, str]]:
        kind, repo_id = web_repo(request)
        repository = self._access.require_content(request, repo_id, kind=kind)
        revision, path = revision_and_path(request, word)
        commit = repository.git.resolve(revision)
        entry = repository.git.entry(commit, path)
        if entry is None or entry.is_folder:
            raise EntryNotFoundError(path, commit)
        name = quote(PurePosixPath(path).name)
        headers = {
            "X-Repo-Commit": commit,
            "ETag": f'"{entry.etag}"',
            "Accept-Ranges": "bytes",
            "Content-Disposition": f"inline; filename*=UTF-8''{name}",
            "Content-Type": mimetypes.guess_type(path)[0] or "application/octet-stream",
        }
        return repository, entry, headers


def _ranged(request: Request, content: bytes | Path, headers: dict[str, str]) -> Response:
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    start, end = _range(request.headers.get("range"), size)
    status = 200
    if end - start < size:
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    headers["Content-Length"] = str(end - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    if isinstance(content, bytes):
        return Response(content[start:end], status, headers)
    return StreamingResponse(_read(content, start, end), status, headers)


def _range(header: str | None, size: int) -> tuple[int, int]:
    """First byte and the one after the last; everything where no single range is asked for."""
    match = None if header is None else _RANGE.fullmatch(header.strip())
    if match is None or match[0] == "bytes=-":
        return 0, size
    first, last = match[1], match[2]
    if not first:  # the last so many bytes
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise RangeNotSatisfiableError(size)
    return start, end


def _read(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
