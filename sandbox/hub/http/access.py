"""Turns a request into a caller, and asks whether the caller may touch a repository.

Both halves of the Hub go through here, so a private repository is hidden the same way everywhere.
"""

from starlette.requests import Request

from sandbox.http.credentials import MalformedCredentialsError, token_of
from sandbox.hub.http.accounts import PUBLISHER, Accounts, Identity, TokenRole
from sandbox.hub.http.errors import (
    ForbiddenError,
    GatedError,
    GatedSignInError,
    InvalidTokenError,
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
        files: bool = False,
    ) -> Repository:
        """The repository the caller may read (or write).

        Args:
            request: Whose caller it is.
            repo_id: `namespace/name`.
            kind: Of the repository.
            write: Whether it is to be changed.
            content: Whether all that may change are its files, branches and tags: those alone are
                a trusted publisher's to write.
            files: Whether their content is asked for: of a gated repository members alone read it,
                as nobody can ask for access here.

        Raises:
            GatedError: The caller may see it but not read its files.
            RepositoryNotFoundError: It does not exist, or is private and none of the caller's.
            SignInRequiredError: An anonymous caller wants to write.
            ForbiddenError: The caller may see it but not change it.
        """
        identity = self.caller(request)
        namespace = repo_id.partition("/")[0]
        repository = self._registry.find(kind, repo_id)
        if repository is None:
            raise RepositoryNotFoundError
        # A Space's "protected" hides its code as "private" does; only the running app stays public.
        hidden = repository.visibility != "public"
        own = identity is not None and identity.repository == repository.uid
        member = identity is not None and identity.member_of(namespace)
        if hidden and not member and not own:
            raise RepositoryNotFoundError
        if files and repository.gated is not None and not member and not own:
            raise GatedSignInError(repo_id) if identity is None else GatedError(repo_id)
        if write:
            if identity is None:
                raise SignInRequiredError
            if not identity.may_write(namespace) and not (own and content):
                raise ForbiddenError(f"You have read but not write access to {repo_id}")
        return repository
