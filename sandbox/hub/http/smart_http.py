"""The Hub's git: with Basic auth, under the id with and without `.git`."""

from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.git.smart_http import GitService, Opened, git_routes
from sandbox.hub.http.access import Access
from sandbox.hub.http.errors import (
    HubError,
    RepositoryNotFoundError,
    SignInRequiredError,
)
from sandbox.hub.http.refusals import response_of
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
        return git_routes(WEB_REPO, self._service, self._open)

    def _open(self, request: Request, write: bool) -> Opened | Response:  # noqa: FBT001 - git's two
        try:
            repository = self._repository(request, write=write)
        except HubError as error:
            response = response_of(error)
            if error.status == SignInRequiredError.status:
                response.headers["WWW-Authenticate"] = 'Basic realm="Authentication required"'
            return response

        def receive(answer: Iterator[bytes]) -> bytes:
            with self._committer.watching(repository):
                return b"".join(answer)

        variables = hook_environment(repository.kind, repository.folder / "lfs")
        return Opened(repository.git.path, receive, variables, self._committer.receiving)

    def _repository(self, request: Request, *, write: bool) -> Repository:
        kind, repo_id = web_repo(request)
        anonymous = self._access.caller(request) is None
        if write and anonymous:
            raise SignInRequiredError  # before saying whether there is such a repository
        try:
            if not write:
                return self._access.require_content(request, repo_id, kind=kind)
            return self._access.require(request, repo_id, kind=kind, write=True, content=True)
        except RepositoryNotFoundError:
            if anonymous:
                raise SignInRequiredError from None  # git asks for a password only after a 401
            raise
