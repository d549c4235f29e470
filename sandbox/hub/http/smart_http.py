"""git over HTTP: clone, fetch, push; with Basic auth, under the id with and without `.git`."""

from collections.abc import Iterator

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.git.service import SERVICES, GitService
from sandbox.git.smart_http import advertised, ran, received, result
from sandbox.http.request_log import reads_only
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import (
    HubError,
    NotImitatedError,
    RepositoryNotFoundError,
    SignInRequiredError,
    response_of,
)
from sandbox.hub.http.requests import WEB_REPO, web_repo
from sandbox.hub.repositories.committer import Committer
from sandbox.hub.repositories.push_hook import hook_environment
from sandbox.hub.repositories.registry import Repository


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
        return advertised(self._service, repository.git.path, service, request)

    async def _serve(self, request: Request, service: str) -> Response:
        try:
            repository = await run_in_threadpool(self._repository, request, service)
        except HubError as error:
            return _challenge(error)
        body = await received(request)
        variables = hook_environment(repository.kind, repository.folder / "lfs")
        answer = ran(self._service, repository.git.path, service, request, body, variables)
        if service == "git-receive-pack":
            # A push is over when its answer begins: the Space must know of it by then.
            whole = await run_in_threadpool(self._push, repository, answer)
            answer = iter([whole])
        return result(service, answer)

    def _push(self, repository: Repository, answer: Iterator[bytes]) -> bytes:
        with self._committer.watching(repository):
            return b"".join(answer)

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
