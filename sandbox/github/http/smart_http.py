"""GitHub's git: with a token as the password, with and without `.git`."""

from collections.abc import Iterator
from pathlib import Path

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.git.smart_http import GitService, Opened, git_routes
from sandbox.github.http.access import Access, Right, right_to
from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import BadCredentialsError
from sandbox.github.http.requests import urls
from sandbox.github.repositories import push_hook
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Registry, Repository


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

    def routes(self) -> list[Route]:
        """The addresses served here."""
        return git_routes("/{owner}/{repo}", self._git, self._open)

    def _open(self, request: Request, write: bool) -> Opened | Response:  # noqa: FBT001 - git's two
        """The repository, or the refusal, in words that git shows people."""
        try:
            caller = self._access.caller(request)
        except BadCredentialsError:
            return _challenge("Invalid username or token.")
        if write and caller is None:
            return _challenge("No anonymous write access.")  # before saying whether there is one
        parameters = request.path_params
        name = parameters["repo"].removesuffix(".git")
        repository = self._registry.find(parameters["owner"], name)
        if repository is None or right_to(caller, repository) < Right.READ:
            if caller is None:  # git asks for a password only after a 401
                return _challenge("Repository not found.")
            return PlainTextResponse("Repository not found.", 404)
        if caller is None or not write:
            return Opened(repository.path)
        return self._for_push(request, repository, caller)

    def _for_push(
        self, request: Request, repository: Repository, caller: Caller
    ) -> Opened | Response:
        right = right_to(caller, repository)
        if right < Right.WRITE:
            refusal = f"Permission to {repository.full_name}.git denied to {caller.login}."
            return PlainTextResponse(refusal, 403)

        def receive(answer: Iterator[bytes]) -> bytes:
            return self._movements.push(repository, caller, answer)

        variables = push_hook.hook_variables(
            self._database,
            repository.id,
            f"{urls(request).web}/{repository.full_name}",
            self._access.accounts.of(caller).id,
            admin=right >= Right.ADMIN,
            may_change_workflows=caller.token.allows("workflow"),
        )
        return Opened(repository.path, receive, variables, self._registry.folders.receiving)


def _challenge(message: str) -> Response:
    return PlainTextResponse(message, 401, {"WWW-Authenticate": 'Basic realm="GitHub"'})
