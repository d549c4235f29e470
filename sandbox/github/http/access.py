"""Turns a request into a caller, and asks what the caller may do with a repository.

What one may not see is not found (404); what one sees and may not change is forbidden (403). A
classic token that lacks the scope counts as one that does not see: GitHub answers 404 there too.
"""

from enum import IntEnum

from starlette.requests import Request

from sandbox.github.fine_grained import permission_of
from sandbox.github.http.accounts import Accounts, Caller, Token
from sandbox.github.http.errors import (
    AuthenticationRequiredError,
    ForbiddenError,
    NotFoundError,
    there,
)
from sandbox.github.http.job_tokens import METADATA, Grant, kind_of
from sandbox.github.repositories.registry import Registry, Repository

ISSUES, PULLS = "issues", "pull-requests"  # in the words of a workflow's `permissions:`


class Right(IntEnum):
    """What may be done with a repository; each includes those before it."""

    NONE = 0
    READ = 1
    WRITE = 2  # content, statuses, dispatches
    ADMIN = 3  # settings, secrets, rules


class Access:
    """Authentication and authorization of requests. Thread-safe: it holds no state."""

    def __init__(self, accounts: Accounts, registry: Registry) -> None:
        self.accounts = accounts
        self._registry = registry

    def caller(self, request: Request) -> Caller | None:
        """Who asks; None for an anonymous one. Raises BadCredentialsError for a foreign token."""
        return self.accounts.caller(request.headers)

    def require_caller(self, request: Request) -> Caller:
        """Who asks; raises AuthenticationRequiredError for an anonymous request."""
        caller = self.caller(request)
        if caller is None:
            raise AuthenticationRequiredError
        return caller

    def visible(self, caller: Caller | None, repository: Repository) -> bool:
        """Whether a caller may know of a repository."""
        return right_to(caller, repository, METADATA) >= Right.READ

    def readable(self, request: Request) -> Repository:
        """The repository of the address, if the caller may read what it is about there.

        Raises:
            NotFoundError: the caller may not know of it.
            ForbiddenError: the job's token has no permission for that part of it.
        """
        repository, caller = self._addressed(request), self.caller(request)
        require_right(caller, repository, Right.READ, _kind(caller, request))
        return repository

    def writable(self, request: Request) -> tuple[Repository, Caller]:
        """The repository of the address and the caller, if they may push; as `administered`."""
        return self._with_right(request, Right.WRITE)

    def administered(self, request: Request) -> tuple[Repository, Caller]:
        """The repository of the address and the caller, if they may administer it.

        Raises:
            AuthenticationRequiredError: an anonymous caller asks for a public repository.
            NotFoundError: it is not there, private and not the caller's, or the token lacks the
                scope.
            ForbiddenError: it is somebody else's, or the token is for less.
        """
        return self._with_right(request, Right.ADMIN)

    def _with_right(self, request: Request, wanted: Right) -> tuple[Repository, Caller]:
        caller = self.caller(request)
        repository = self._addressed(request)
        kind = _kind(caller, request)
        if caller is not None and caller.token.permissions is not None and request.method == "GET":
            # Settings are no part of what is public: only the permission opens them, for reading.
            if _permitted(caller.token, repository, kind) < Right.READ:
                raise ForbiddenError("Resource not accessible by personal access token")
            wanted = Right.READ
        require_right(caller, repository, wanted, kind)
        if caller is None:  # require_right has refused
            raise AuthenticationRequiredError
        return repository, caller

    def _addressed(self, request: Request) -> Repository:
        parameters = request.path_params
        if "repository_id" in parameters:
            return there(self._registry.find_id(int(parameters["repository_id"])))
        return there(self._registry.find(parameters["owner"], parameters["repo"]))


def _kind(caller: Caller | None, request: Request) -> str:
    """What the address is about, as this caller's token names it."""
    path = request.url.path
    if caller is None or caller.token.permissions is None:
        return kind_of(path)
    return permission_of(path, request.method)


def right_to(caller: Caller | None, repository: Repository, kind: str = "contents") -> Right:
    """What a caller may do with a repository, token and person taken together.

    Args:
        caller: who asks; None for an anonymous one.
        repository: of which.
        kind: which part of it, in the words of a workflow's `permissions:`.
    """
    public = Right.NONE if repository.private else Right.READ
    if caller is None or not caller.administers(repository.owner):
        return public
    if caller.token.grant is not None or caller.token.permissions is not None:
        return max(public, _permitted(caller.token, repository, kind))
    if caller.token.scopes is None:
        if caller.token.may_administer and caller.token.may_write:
            return Right.ADMIN
        return Right.WRITE if caller.token.may_write else Right.READ
    if "repo" in caller.token.scopes:
        return Right.ADMIN
    return Right.ADMIN if public and "public_repo" in caller.token.scopes else public


def right_of_account(accounts: Accounts, login: str, repository: Repository) -> Right:
    """What a person may do with a repository, whatever token they use."""
    if accounts.administers(login, repository.owner):
        return Right.ADMIN
    return Right.NONE if repository.private else Right.READ


def _granted(grant: Grant, repository: Repository, kind: str) -> Right:
    if grant.repository.lower() != repository.full_name.lower():
        return Right.NONE
    return {"write": Right.WRITE, "read": Right.READ}.get(grant.level(kind), Right.NONE)


def _permitted(token: Token, repository: Repository, kind: str) -> Right:
    """What a job's or a fine-grained token, whose permissions are told one by one, is for."""
    if token.grant is not None:
        return _granted(token.grant, repository, kind)
    permissions = token.permissions or {}
    level = "read" if kind == METADATA else permissions.get(kind.replace("-", "_"), "none")
    return {"write": Right.ADMIN, "read": Right.READ}.get(level, Right.NONE)


def require_right(
    caller: Caller | None, repository: Repository, wanted: Right, kind: str = "contents"
) -> None:
    """Refuses whoever may do less with a repository, in GitHub's way; see `administered`."""
    right = right_to(caller, repository, kind)
    if right >= wanted:
        return
    if right_to(caller, repository, METADATA) < Right.READ:
        raise NotFoundError
    if caller is None:
        raise AuthenticationRequiredError
    if caller.token.scopes is None and caller.administers(repository.owner):
        kind = "personal access token" if caller.token.may_administer else "integration"
        raise ForbiddenError(f"Resource not accessible by {kind}")
    if caller.administers(repository.owner):
        raise NotFoundError  # the person may, the token lacks the scope
    raise ForbiddenError("Must have admin rights to Repository.")


def require_voice(caller: Caller, repository: Repository, kind: str) -> None:
    """Refuses a token that may say nothing of that kind, also where anybody may who is signed in.

    Raises:
        ForbiddenError: it changes nothing at all, or is a job's without that permission.
    """
    token = caller.token
    if token.grant is not None:
        if _granted(token.grant, repository, kind) < Right.WRITE:
            raise ForbiddenError("Resource not accessible by integration")
        return
    if token.permissions is not None and _permitted(token, repository, kind) < Right.WRITE:
        raise ForbiddenError("Resource not accessible by personal access token")
    speaks = token.may_write if token.scopes is None else bool(token.scopes)
    if not speaks:
        raise ForbiddenError("Resource not accessible by personal access token")


def require_own(caller: Caller, author: str, repository: Repository, kind: str) -> None:
    """Refuses whoever neither wrote something nor may write things of that kind."""
    if caller.login.lower() != author.lower():
        require_right(caller, repository, Right.WRITE, kind)
