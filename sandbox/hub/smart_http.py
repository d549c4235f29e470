"""git over HTTP: clone, fetch, push; with Basic auth, under the id with and without `.git`."""

import tempfile
import zlib
from collections.abc import Iterator
from typing import IO

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from sandbox.hub.access import Access
from sandbox.hub.committer import Committer
from sandbox.hub.errors import (
    HubError,
    NotImitatedError,
    RepositoryNotFoundError,
    SignInRequiredError,
    response_of,
)
from sandbox.hub.git_service import SERVICES, GitService
from sandbox.hub.http import WEB_REPO, web_repo
from sandbox.hub.registry import Repository
from sandbox.request_log import reads_only

_IN_MEMORY = 1 << 20  # bytes of a request kept out of the file system
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


class SmartHttpRoutes:
    """Endpoints that git itself speaks to."""

    def __init__(self, access: Access, committer: Committer, service: GitService) -> None:
        self._access = access
        self._committer = committer
        self._service = service

    def routes(self) -> list[Route]:
        """The addresses served here."""

        async def fetch(request: Request) -> Response:
            return await self._serve(request, "git-upload-pack")

        async def push(request: Request) -> Response:
            return await self._serve(request, "git-receive-pack")

        return [
            Route(f"{WEB_REPO}/info/refs", self.advertise),
            Route(f"{WEB_REPO}/git-upload-pack", reads_only(fetch), methods=["POST"]),
            Route(f"{WEB_REPO}/git-receive-pack", push, methods=["POST"]),
        ]

    def advertise(self, request: Request) -> Response:
        """`GET …/info/refs?service=…`: the first thing git asks."""
        service = request.query_params.get("service", "")
        if service not in SERVICES:
            raise NotImitatedError("git's dumb HTTP protocol")
        try:
            repository = self._repository(request, service)
        except HubError as error:
            return _challenge(error)
        answer = self._service.advertise(repository, service, request.headers.get("git-protocol"))
        return Response(
            answer,
            headers=_NO_CACHE,
            media_type=f"application/x-{service}-advertisement",
        )

    async def _serve(self, request: Request, service: str) -> Response:
        try:
            repository = await run_in_threadpool(self._repository, request, service)
        except HubError as error:
            return _challenge(error)
        spool = tempfile.TemporaryFile(buffering=_IN_MEMORY)  # noqa: SIM115 - closed by _answer
        inflate = (
            zlib.decompressobj(wbits=31)
            if request.headers.get("content-encoding") == "gzip"
            else None
        )
        async for chunk in request.stream():
            plain = chunk if inflate is None else inflate.decompress(chunk)
            await run_in_threadpool(spool.write, plain)
        answer = self._answer(repository, service, spool, request.headers.get("git-protocol"))
        if service == "git-receive-pack":
            # A push is over when its answer begins: the Space must know of it by then.
            whole = await run_in_threadpool(self._push, repository, answer)
            answer = iter([whole])
        return StreamingResponse(
            answer, headers=_NO_CACHE, media_type=f"application/x-{service}-result"
        )

    def _push(self, repository: Repository, answer: Iterator[bytes]) -> bytes:
        with self._committer.watching(repository):
            return b"".join(answer)

    def _answer(
        self,
        repository: Repository,
        service: str,
        spool: IO[bytes],
        protocol: str | None,
    ) -> Iterator[bytes]:
        with spool:
            spool.seek(0)
            yield from self._service.run(repository, service, spool, protocol)

    def _repository(self, request: Request, service: str) -> Repository:
        kind, repo_id = web_repo(request)
        if service == "git-receive-pack" and self._access.caller(request) is None:
            raise SignInRequiredError  # before saying whether there is such a repository
        write = service == "git-receive-pack"
        try:
            return self._access.require(request, repo_id, kind=kind, write=write)
        except RepositoryNotFoundError:
            if self._access.caller(request) is None:
                raise SignInRequiredError from None  # git asks for a password only after a 401
            raise


def _challenge(error: HubError) -> Response:
    response = response_of(error)
    if error.status == SignInRequiredError.status:
        response.headers["WWW-Authenticate"] = 'Basic realm="Authentication required"'
    return response
