"""The git-lfs API: batch, upload, verify, download; used by the client and by git-lfs alike."""

import hashlib
import hmac
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from sandbox.http.bodies import require_at_most
from sandbox.http.errors import TooLargeError
from sandbox.http.handlers import Handlers, at
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import (
    BadRequestError,
    EntryNotFoundError,
    ForbiddenError,
    RepositoryNotFoundError,
    UnprocessableError,
)
from sandbox.hub.http.requests import WEB_REPO, base_url, json_object, web_repo
from sandbox.hub.repositories.lfs import is_oid
from sandbox.hub.repositories.registry import Registry, Repository

_MEDIA_TYPE = "application/vnd.git-lfs+json"
_LIFETIME = 3600  # seconds an address of an object is good for
_STORAGE = "/lfs-storage/{uid}/{oid}"
_STORED = 422
_SHA256 = {"sha256", "sha_256"}  # git-lfs's word, and the JavaScript client's
_MISSING = 404
_OBJECTS = f"{WEB_REPO}/info/lfs/objects"


class LfsRoutes(Handlers):
    """Endpoints of git-lfs. Objects have signed addresses: the client sends no token there."""

    def __init__(self, access: Access, registry: Registry) -> None:
        self._access = access
        self._registry = registry
        self._key = secrets.token_bytes(32)  # an address outlives no restart

    @at("POST", f"{_OBJECTS}/batch")
    @reads_only
    def _batch(self, request: Request, body: bytes) -> Response:
        """Says for each object where to send it or get it; nothing for one that is there."""
        parsed = json_object(body)
        operation = parsed.get("operation")
        if operation not in {"upload", "download"}:
            raise BadRequestError('"operation" must be one of [upload, download]')
        if parsed.get("hash_algo", "sha256") not in _SHA256:
            raise BadRequestError('"hash_algo" must be sha256')
        repository = self._repository(request, write=operation == "upload")
        answers = []
        for asked in parsed.get("objects") or []:
            if not isinstance(asked, dict) or not is_oid(asked.get("oid")):
                raise BadRequestError('"objects" must hold objects with the sha256 as "oid"')
            if not isinstance(asked.get("size"), int) or asked["size"] < 0:
                raise BadRequestError('"objects" must hold objects with their bytes as "size"')
            answers.append(self._answer(request, repository, operation, asked))
        answer = {"transfer": "basic", "objects": answers, "hash_algo": "sha256"}
        return JSONResponse(answer, media_type=_MEDIA_TYPE)

    @at("POST", f"{_OBJECTS}/verify")
    @reads_only
    def _verify(self, request: Request, body: bytes) -> Response:
        """Whether an uploaded object is there, and of the announced size."""
        repository = self._repository(request, write=True)
        parsed = json_object(body)
        size = repository.objects.size(str(parsed.get("oid")))
        if size is None:
            raise EntryNotFoundError(f"LFS object {parsed.get('oid')}")
        if size != parsed.get("size"):
            raise UnprocessableError(f"The object has {size} bytes")
        return Response(status_code=200)

    @at("PUT", _STORAGE)
    async def _upload(self, request: Request) -> Response:
        """Takes an object's bytes; refused (422) if they are not what their name says.

        More of them than were announced are refused (413) as they come, before they fill the disk.
        """
        repository = await run_in_threadpool(self._signed, request, "upload")
        limit, received = int(request.query_params["size"]), 0  # a number, as it was signed
        require_at_most(request, limit)
        objects = repository.objects
        upload = await run_in_threadpool(objects.receive, request.path_params["oid"])
        with upload:
            async for chunk in request.stream():
                received += len(chunk)
                if received > limit:
                    raise TooLargeError(limit)
                await run_in_threadpool(upload.write, chunk)
            await run_in_threadpool(upload.finish)
        return Response(status_code=200)

    @at("GET", _STORAGE)
    def _download(self, request: Request) -> Response:
        """An object's bytes."""
        repository, oid = self._signed(request, "download"), request.path_params["oid"]
        if repository.objects.size(oid) is None:
            raise EntryNotFoundError(f"LFS object {oid}")
        return FileResponse(repository.objects.path(oid), media_type="application/octet-stream")

    def _answer(
        self,
        request: Request,
        repository: Repository,
        operation: str,
        asked: dict[str, Any],
    ) -> dict[str, Any]:
        oid, announced = asked["oid"], asked["size"]
        answer: dict[str, Any] = {"oid": oid, "size": announced, "authenticated": True}
        objects = repository.objects
        stored = objects.keep(oid) if operation == "upload" else objects.size(oid)
        if operation == "download":
            if stored is None:
                error = {"code": _MISSING, "message": "Object does not exist"}
                return {"oid": oid, "size": announced, "error": error}
            answer["size"] = stored
            action = self._action(request, repository, oid, operation, stored)
            answer["actions"] = {"download": action}
        elif stored is None:
            verify = f"{base_url(request)}{request.url.path.removesuffix('/batch')}/verify"
            answer["actions"] = {
                "upload": self._action(request, repository, oid, operation, announced),
                "verify": {"href": verify, "header": _authorization(request)},
            }
        elif stored != announced:
            error = {"code": _STORED, "message": f"The object has {stored} bytes"}
            return {"oid": oid, "size": stored, "error": error}
        return answer

    def _action(
        self,
        request: Request,
        repository: Repository,
        oid: str,
        operation: str,
        announced: int,
    ) -> dict[str, Any]:
        expires, size = str(int(time.time()) + _LIFETIME), str(announced)
        signature = self._sign(operation, repository.uid, oid, expires, size)
        query = urlencode({"expires": expires, "size": size, "signature": signature})
        path = _STORAGE.format(uid=repository.uid, oid=oid)
        return {"href": f"{base_url(request)}{path}?{query}", "expires_in": _LIFETIME}

    def _signed(self, request: Request, operation: str) -> Repository:
        uid, oid = request.path_params["uid"], request.path_params["oid"]
        expires = request.query_params.get("expires", "")
        given = request.query_params.get("signature", "")
        size = request.query_params.get("size", "")
        expected = self._sign(operation, uid, oid, expires, size)
        if not hmac.compare_digest(expected.encode(), given.encode()):
            raise ForbiddenError("Invalid signature")
        if int(expires) < time.time():  # a number, as it was signed
            raise ForbiddenError("The address has expired")
        repository = self._registry.find_uid(uid)
        if repository is None:
            raise RepositoryNotFoundError
        return repository

    def _sign(self, operation: str, uid: str, oid: str, expires: str, size: str) -> str:
        text = f"{operation}\n{uid}\n{oid}\n{expires}\n{size}".encode()
        return hmac.new(self._key, text, hashlib.sha256).hexdigest()

    def _repository(self, request: Request, *, write: bool) -> Repository:
        kind, repo_id = web_repo(request)
        if not write:
            return self._access.require_content(request, repo_id, kind=kind)
        return self._access.require(request, repo_id, kind=kind, write=True, content=True)


def _authorization(request: Request) -> dict[str, str]:
    # git-lfs sends to an action's address just the headers that came with the action.
    header = request.headers.get("authorization")
    return {} if header is None else {"Authorization": header}
