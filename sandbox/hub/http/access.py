"""Turns a request into a caller, and asks whether the caller may touch a repository.

Both halves of the Hub go through here, so a private repository is hidden the same way everywhere.
"""

from starlette.requests import Request

from sandbox.http.credentials import MalformedCredentialsError, token_of
from sandbox.hub.http.accounts import PUBLISHER, Accounts, Identity, TokenRole
from sandbox.hub.http.errors import (
    ForbiddenError,
    GatedAnonymousError,
    GatedError,
    InvalidTokenError,
    MovedError,
    RepositoryNotFoundError,
    SignInRequiredError,
)
from sandbox.hub.publishing.tokens import PublisherTokens
from sandbox.hub.repositories.names import RepoKind
from sandbox.hub.repositories.registry import Registry, Repository


class Access:
    """Authentication and authorization of HTTP requests. Thread-safe."""

    def __init__(
        self, accounts: Accounts, registry: Registry, tokens: PublisherTokens | None = None
    ) -> None:
        """Takes the tokens of trusted publishers beside those of accounts; None for no such."""
        self.accounts = accounts
        self._registry = registry
        self._tokens = tokens or PublisherTokens()

    def caller(self, request: Request) -> Identity | None:
        """Who asks; None for an anonymous request. Raises InvalidTokenError for a foreign token."""
        try:
            token = token_of(request.headers.get("authorization"))
        except MalformedCredentialsError:
            raise InvalidTokenError from None
        if token is None:
            return None
        repository = self._tokens.repository_of(token)
        if repository is not None:
            return Identity(PUBLISHER, TokenRole.WRITE, (), repository)
        return self.accounts.identify(token)

    def require_caller(self, request: Request) -> Identity:
        """Who asks; raises SignInRequiredError for an anonymous request."""
        identity = self.caller(request)
        if identity is None:
            raise SignInRequiredError
        return identity

    def require_user(self, request: Request) -> Identity:
        """The same, if it is a user; raises ForbiddenError for a trusted publisher."""
        identity = self.require_caller(request)
        if identity.repository is not None:
            raise ForbiddenError(
                "This token is a trusted publisher's: it writes the content of one repository, and"
                " speaks for no user"
            )
        return identity

    def require(
        self,
        request: Request,
        repo_id: str,
        *,
        kind: RepoKind = RepoKind.SPACE,
        write: bool,
        content: bool = False,
    ) -> Repository:
        """The repository the caller may read (or write).

        Args:
            request: Whose caller it is.
            repo_id: `namespace/name`.
            kind: Of the repository.
            write: Whether it is to be changed.
            content: Whether all that may change are its files, branches and tags: those alone are
                a trusted publisher's to write.

        Raises:
            RepositoryNotFoundError: It does not exist, or is private and none of the caller's.
            MovedError: It has another name now.
            SignInRequiredError: An anonymous caller wants to write.
            ForbiddenError: The caller may see it but not change it.
        """
        identity = self.caller(request)
        repository = self._registry.find(kind, repo_id)
        if repository is None:
            moved = self._registry.formerly(kind, repo_id)
            location = None if moved is None else _renamed(request, repo_id, moved.id)
            if moved is None or location is None or not _sees(identity, moved):
                raise RepositoryNotFoundError
            raise MovedError(location)
        if not _sees(identity, repository):
            raise RepositoryNotFoundError
        if write:
            if identity is None:
                raise SignInRequiredError
            own = identity.repository == repository.uid
            if not identity.may_write(repository.name.namespace) and not (own and content):
                raise ForbiddenError(f"You have read but not write access to {repo_id}")
        return repository

    def require_content(self, request: Request, repo_id: str, *, kind: RepoKind) -> Repository:
        """The repository whose files the caller may have; raises as `require`, and GatedError."""
        repository = self.require(request, repo_id, kind=kind, write=False)
        if repository.gated is None:
            return repository
        identity = self.caller(request)
        if identity is None:
            raise GatedAnonymousError(kind, repository.id)
        if not _belongs(identity, repository):
            web = f"{str(request.base_url).rstrip('/')}/{repository.name.web_path}"
            raise GatedError(kind, repository.id, web)
        return repository


def _sees(identity: Identity | None, repository: Repository) -> bool:
    # A Space's "protected" hides its code as "private" does; only the running app stays public.
    return repository.visibility == "public" or _belongs(identity, repository)


def _belongs(identity: Identity | None, repository: Repository) -> bool:
    if identity is None:
        return False
    return identity.repository == repository.uid or identity.may_read(repository.name.namespace)


def _renamed(request: Request, old: str, new: str) -> str | None:
    """The address that was asked for, with another repository in it; None if it names none."""
    raw = request.scope["raw_path"].decode("latin-1").partition("?")[0]
    before, found, after = raw.partition(f"/{old}")
    query = request.scope["query_string"].decode("latin-1")
    return f"{before}/{new}{after}{f'?{query}' if query else ''}" if found else None
