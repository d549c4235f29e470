"""git over HTTP: clone, fetch, push; with a token as the password, with and without `.git`."""

from collections.abc import Iterator
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.git.service import SERVICES, GitService
from sandbox.git.smart_http import advertised, ran, received, result
from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import BadCredentialsError, NotImitatedError
from sandbox.github.http.requests import urls
from sandbox.github.repositories import push_hook
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Registry, Repository
from sandbox.http.request_log import reads_only

_PLACE = "/{owner}/{repo}"
_PARALLEL_PUSHES = 8


class GitRoutes:
    """Endpoints that git itself speaks to."""

    def __init__(
        self, access: Access, registry: Registry, movements: Movements, folder: Path, database: Path
    ) -> None:
        self._access = access
        self._registry = registry
        self._movements = movements
        self._database = database
        self._git = GitService(folder / "git-service", push_hook.__name__)
        # Who is told of a push may fetch it here: pushes must not take all the threads there are.
        self._pushes = CapacityLimiter(_PARALLEL_PUSHES)

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return [
            Route(f"{_PLACE}/info/refs", self.advertise),
            Route(f"{_PLACE}/git-upload-pack", reads_only(self.fetch), methods=["POST"]),
            Route(f"{_PLACE}/git-receive-pack", self.push, methods=["POST"]),
        ]

    def advertise(self, request: Request) -> Response:
        """`GET …/info/refs?service=…`: the first thing git asks."""
        service = request.query_params.get("service", "")
        if service not in SERVICES:
            raise NotImitatedError("git's dumb HTTP protocol")
        found = self._find(request, write=service == "git-receive-pack")
        if isinstance(found, Response):
            return found
        return advertised(self._git, found[0].path, service, request)

    async def fetch(self, request: Request) -> Response:
        """`POST …/git-upload-pack`."""
        service = "git-upload-pack"
        found = await to_thread.run_sync(lambda: self._find(request, write=False))
        if isinstance(found, Response):
            return found
        body = await received(request)
        return result(service, ran(self._git, found[0].path, service, request, body))

    async def push(self, request: Request) -> Response:
        """`POST …/git-receive-pack`."""
        service = "git-receive-pack"
        found = await to_thread.run_sync(lambda: self._find(request, write=True))
        if isinstance(found, Response):
            return found
        repository, caller = found
        if caller is None:
            raise BadCredentialsError
        body = await received(request)
        variables = push_hook.hook_variables(
            self._database,
            repository,
            f"{urls(request).web}/{repository.full_name}",
            self._access.accounts.of(caller).id,
            admin=right_to(caller, repository) >= Right.ADMIN,
            may_change_workflows=caller.token.allows("workflow"),
        )
        answer = ran(self._git, repository.path, service, request, body, variables)
        # A push is over when its answer begins: whoever follows the branch knows of it by then.
        whole = await to_thread.run_sync(
            self._receive, repository, caller, answer, limiter=self._pushes
        )
        return result(service, iter([whole]))

    def _receive(self, repository: Repository, caller: Caller, answer: Iterator[bytes]) -> bytes:
        return self._movements.push(repository, caller, answer)

    def _find(
        self, request: Request, *, write: bool
    ) -> tuple[Repository, Caller | None] | Response:
        """The repository and who asks, or the refusal, in words that git shows people."""
        try:
            caller = self._access.caller(request)
        except BadCredentialsError:
            return _challenge("Invalid username or token.")
        if write and caller is None:
            return _challenge("No anonymous write access.")  # before saying whether there is one
        parameters = request.path_params
        name = parameters["repo"].removesuffix(".git")
        repository = self._registry.find(parameters["owner"], name)
        if repository is None or not self._access.visible(caller, repository):
            if caller is None:  # git asks for a password only after a 401
                return _challenge("Repository not found.")
            return PlainTextResponse("Repository not found.", 404)
        if write and caller is not None and right_to(caller, repository) < Right.WRITE:
            refusal = f"Permission to {repository.full_name}.git denied to {caller.login}."
            return PlainTextResponse(refusal, 403)
        return repository, caller


def _challenge(message: str) -> Response:
    return PlainTextResponse(message, 401, {"WWW-Authenticate": 'Basic realm="GitHub"'})
