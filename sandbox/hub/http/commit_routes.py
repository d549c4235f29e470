"""Upload: what goes where, and the commit itself."""

import base64
import binascii
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.http.bodies import WITH_FILES
from sandbox.http.errors import NotImitatedError
from sandbox.http.handlers import Handlers, at
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import BadRequestError, ForbiddenError
from sandbox.hub.http.requests import API_REPO, allow_keys, api_repo, is_true, json_object, web_url
from sandbox.hub.repositories.committer import Committer
from sandbox.hub.repositories.lfs import Pointer, is_oid
from sandbox.hub.repositories.operations import (
    AddFile,
    AddPointer,
    DeleteFile,
    DeleteFolder,
    Operation,
)
from sandbox.hub.repositories.registry import Repository
from sandbox.hub.repositories.upload_rules import (
    checked_path,
    goes_to_lfs,
    ignore_patterns,
    ignored,
)

_PREUPLOAD_LIMIT = 256  # files in one call (contract: client 2.4.0)
_UNKNOWN_SIZE = -1  # of a copied LFS file: the client does not say it


class CommitRoutes(Handlers):
    """Endpoints that lead to a commit."""

    def __init__(self, access: Access, committer: Committer) -> None:
        self._access = access
        self._committer = committer

    @at("POST", f"{API_REPO}/preupload/{{revision:path}}")
    @reads_only
    def _preupload(self, request: Request, body: bytes) -> Response:
        """Git or LFS, and what is there now."""
        repository = self._writable(request)
        commit = repository.git.resolve(request.path_params["revision"])
        parsed = json_object(body)
        allow_keys(parsed, {"files", "gitIgnore"}, later={"gitAttributes"})
        files = parsed.get("files")
        if not isinstance(files, list) or len(files) > _PREUPLOAD_LIMIT:
            raise BadRequestError(f'"files" must be an array of at most {_PREUPLOAD_LIMIT} items')
        patterns = parsed.get("gitIgnore")
        if patterns is None:  # nothing in the folder that is uploaded says it
            patterns = ignore_patterns(repository.git, commit)
        answers = [_destination(repository, commit, file, patterns) for file in files]
        return JSONResponse({"files": answers, "commitOid": commit})

    @at("POST", f"{API_REPO}/commit/{{revision:path}}", limit=WITH_FILES)
    def _commit(self, request: Request, body: bytes) -> Response:
        """One JSON object a line, the header first."""
        repository = self._writable(request)
        author = self._access.require_caller(request).name
        header, operations = _parse(body)
        commit = self._committer.commit(
            repository,
            request.path_params["revision"],
            operations,
            message=f"{header['summary']}\n\n{header.get('description') or ''}".strip(),
            author=author,
            expected_parent=header.get("parentCommit"),
        )
        url = f"{web_url(request, repository.name)}/commit/{commit}"
        return JSONResponse(
            {"success": True, "commitOid": commit, "commitUrl": url, "hookOutput": ""}
        )

    def _writable(self, request: Request) -> Repository:
        kind, repo_id = api_repo(request)
        if is_true(request, "create_pr"):
            raise NotImitatedError("pull requests on repositories (create_pr)")
        if is_true(request, "hot_reload"):
            raise NotImitatedError("replacing code in a running Space (hot_reload)")
        try:
            return self._access.require(request, repo_id, kind=kind, write=True, content=True)
        except ForbiddenError:
            raise ForbiddenError(
                "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request",
            ) from None


def _destination(
    repository: Repository,
    commit: str,
    file: object,
    patterns: str | None,
) -> dict[str, Any]:
    if not isinstance(file, dict):
        raise BadRequestError('"files" must hold objects')
    path, size = checked_path(file.get("path")), file.get("size")
    if not isinstance(size, int):
        raise BadRequestError('"size" must be a number')
    sample = _decode(str(file.get("sample") or ""))
    large = goes_to_lfs(repository.git, commit, path, size, sample)
    answer: dict[str, Any] = {
        "path": path,
        "uploadMode": "lfs" if large else "regular",
        "shouldIgnore": ignored(patterns, path),
    }
    present = repository.git.entry(commit, path)
    if present is not None and not present.is_folder:
        answer["oid"] = present.etag
    return answer


def _parse(body: bytes) -> tuple[dict[str, Any], list[Operation]]:
    header: dict[str, Any] | None = None
    operations: list[Operation] = []
    for line in body.splitlines():
        if not line.strip():
            continue
        item = json_object(line)
        key, value = item.get("key"), item.get("value")
        if not isinstance(value, dict):
            raise BadRequestError('"value" must be of type object')
        if key == "header":
            allow_keys(value, {"summary", "description", "parentCommit"})
            header = value
        else:
            operations.append(_operation(key, value))
    summary = None if header is None else header.get("summary")
    if header is None or not summary or not isinstance(summary, str):
        raise BadRequestError('"summary" is required')
    return header, operations


def _operation(key: object, value: dict[str, Any]) -> Operation:
    path = str(value.get("path") or "")
    match key:
        case "file":
            allow_keys(value, {"path", "content", "encoding"})
            text = str(value.get("content") or "")
            match value.get("encoding", "utf-8"):
                case "base64":
                    return AddFile(path, _decode(text))
                case "utf-8":
                    return AddFile(path, text.encode())
                case _:
                    raise BadRequestError('"encoding" must be one of [utf-8, base64]')
        case "lfsFile":
            oid = value.get("oid")
            if value.get("algo") != "sha256" or not is_oid(oid):
                raise BadRequestError('"oid" must be the sha256 of the file, "algo" sha256')
            size = value.get("size", _UNKNOWN_SIZE)
            if not isinstance(size, int):
                raise BadRequestError('"size" must be a number')
            return AddPointer(path, Pointer(str(oid), size))
        case "deletedFile":
            return DeleteFile(path)
        case "deletedFolder":
            return DeleteFolder(path)
        case _:
            raise NotImitatedError(f"the commit operation {json.dumps(key)}")


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadRequestError("Invalid base64") from None
