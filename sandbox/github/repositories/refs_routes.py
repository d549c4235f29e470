"""References of repositories: reading and moving them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import Response

from sandbox.git.moves import NOTHING, Move
from sandbox.github.http.access import Access
from sandbox.github.http.body import Body
from sandbox.github.http.errors import ConflictError, UnprocessableError, there
from sandbox.github.http.objects import reference
from sandbox.github.http.requests import REPOSITORY, Routes, answer, listed, nothing, urls
from sandbox.github.repositories.movements import Movements
from sandbox.github.repositories.registry import Repository
from sandbox.http.handlers import at

_SHA = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs/(?:[^/\x00-\x20~^:?*\[\\]+/)+[^/\x00-\x20~^:?*\[\\]+")
_GIT = f"{REPOSITORY}/git"


class ReferenceRoutes(Routes):
    """Endpoints of references."""

    def __init__(self, access: Access, movements: Movements) -> None:
        self._access = access
        self._movements = movements

    @at("GET", f"{_GIT}/ref/{{ref:path}}")
    def _get(self, request: Request, _body: Body) -> Response:
        repository = self._access.readable(request)
        name = f"refs/{request.path_params['ref']}"
        target = there(repository.git.references().get(name))
        return answer(request, reference(repository, name, target, urls(request)))

    @at("GET", f"{_GIT}/matching-refs/{{ref:path}}")
    def _matching(self, request: Request, _body: Body) -> Response:
        """Those that begin so."""
        repository = self._access.readable(request)
        found = repository.git.references(f"refs/{request.path_params['ref']}")
        here = urls(request)
        return listed(
            request, list(found.items()), lambda each: reference(repository, each[0], each[1], here)
        )

    @at("POST", f"{_GIT}/refs")
    def _add(self, request: Request, body: Body) -> Response:
        repository, caller = self._access.writable(request)
        name, sha = body.text("ref"), body.text("sha")
        if not _REF.fullmatch(name):
            raise UnprocessableError(f"{name} is not a valid ref name.")
        if name in repository.git.references():
            raise UnprocessableError("Reference already exists")
        _require_commit(repository, sha)
        with _as_unprocessable():
            self._movements.move(repository, caller, Move(name, NOTHING, sha))
        return answer(request, reference(repository, name, sha, urls(request)), 201)

    @at("PATCH", f"{_GIT}/refs/{{ref:path}}")
    def _change(self, request: Request, body: Body) -> Response:
        """Fast-forward alone, unless it is forced."""
        repository, caller = self._access.writable(request)
        name, old = self._existing(request, repository)
        sha = body.text("sha")
        _require_commit(repository, sha)
        forward = old in (each.oid for each in repository.git.history(sha))
        if not forward and not body.flag("force", default=False):
            raise UnprocessableError("Update is not a fast forward")
        if sha != old:
            with _as_unprocessable():
                self._movements.move(repository, caller, Move(name, old, sha))
        return answer(request, reference(repository, name, sha, urls(request)))

    @at("DELETE", f"{_GIT}/refs/{{ref:path}}")
    def _delete(self, request: Request, _body: Body) -> Response:
        repository, caller = self._access.writable(request)
        name, old = self._existing(request, repository)
        if name == f"refs/heads/{repository.git.default_branch()}":
            raise UnprocessableError("Cannot delete the default branch")
        with _as_unprocessable():
            self._movements.move(repository, caller, Move(name, old, NOTHING))
        return nothing()

    def _existing(self, request: Request, repository: Repository) -> tuple[str, str]:
        name = f"refs/{request.path_params['ref']}"
        old = repository.git.references().get(name)
        if old is None:
            raise UnprocessableError("Reference does not exist")
        return name, old


def _require_commit(repository: Repository, sha: str) -> None:
    if not _SHA.fullmatch(sha) or repository.git.resolve(sha) is None:
        raise UnprocessableError("Object does not exist")


@contextmanager
def _as_unprocessable() -> Iterator[None]:
    """References are refused with 422 where files are with 409."""
    try:
        yield
    except ConflictError as error:
        raise UnprocessableError(error.message) from None
