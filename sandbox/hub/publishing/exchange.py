"""Turns a job's identity into a token for one repository, or says why not (RFC 8693)."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import jwt
from jwt.exceptions import InvalidTokenError as RefusedTokenError

from sandbox.hub.http.errors import BadRequestError
from sandbox.hub.publishing.claim_rules import told, unmet
from sandbox.hub.publishing.issuer_keys import IssuerKeys, UnknownKeyError
from sandbox.hub.publishing.publishers import Publisher, Publishers
from sandbox.hub.publishing.tokens import PublisherTokens
from sandbox.hub.repositories.names import RepoKind, parse_id
from sandbox.hub.repositories.registry import Registry, Repository

_ALGORITHM = "RS256"  # the only one: whoever may choose chooses `none`
_LEEWAY_SECONDS = 30
_NEEDED = ("iss", "sub", "aud", "iat", "nbf", "exp")
_KINDS = {"datasets": RepoKind.DATASET, "spaces": RepoKind.SPACE}
_NO_KINDS = ("kernels",)  # the Hub has them, the sandbox does not


class InvalidRequestError(Exception):
    """The exchange was not asked for as it has to be; the message says what is wrong."""


class InvalidGrantError(Exception):
    """The job gets no token; the message says why, for people."""


class Exchange:
    """Trusted publishers at the door. Thread-safe.

    Args:
        registry: the repositories.
        publishers: whom they trust.
        tokens: where new ones are known.
        keys: of issuers.
        issuers: address of the issuer by provider.
        audiences: this Hub, under all the addresses that jobs know it by.
    """

    def __init__(
        self,
        registry: Registry,
        publishers: Publishers,
        tokens: PublisherTokens,
        keys: IssuerKeys,
        *,
        issuers: Callable[[], Mapping[str, str]],
        audiences: Collection[str],
    ) -> None:
        self._registry = registry
        self._publishers = publishers
        self._tokens = tokens
        self._keys = keys
        self._issuers = issuers
        self._audiences = list(audiences)

    def exchange(self, identity: str, resource: str) -> str:
        """A token for a repository.

        Args:
            identity: the job's, a JSON Web Token.
            resource: such as "ada/model", "datasets/ada/rows" or "spaces/ada/app".

        Raises:
            InvalidRequestError: `resource` has no such form.
            InvalidGrantError: the identity is not good, or none that the repository trusts.
        """
        kind, repo_id = parse_resource(resource)
        provider, said = self._verified(identity)
        # After that alone: only who is somebody may learn what exists.
        repository = None if kind is None else self._registry.find(kind, repo_id)
        known = [] if repository is None else self._publishers.of(repository.uid)
        trusted = [each for each in known if each.provider == provider]
        if repository is None or not trusted:
            raise InvalidGrantError(
                f"{resource} is no repository of this Hub, or it trusts no publisher"
            )
        return self._for(repository, resource, trusted, said)

    # --- inside

    def _for(
        self,
        repository: Repository,
        resource: str,
        trusted: Collection[Publisher],
        said: Mapping[str, Any],
    ) -> str:
        missing = {each.id: unmet(each.claims, said) for each in trusted}
        nearest = min(missing, key=lambda number: len(missing[number]))
        if missing[nearest]:
            reasons = "; ".join(told(name, said) for name in missing[nearest])
            raise InvalidGrantError(
                f"This job is none of the publishers that {resource} trusts; number {nearest} is "
                f"the nearest, and wants another {', '.join(missing[nearest])}: {reasons}"
            )
        self._publishers.used(nearest)
        return self._tokens.issue(repository.uid)

    def _verified(self, identity: str) -> tuple[str, Mapping[str, Any]]:
        """Whose job it is, and the claims, every one of them checked that can be."""
        try:
            header = jwt.get_unverified_header(identity)
            issuer = jwt.decode(identity, options={"verify_signature": False}).get("iss")
        except (RefusedTokenError, ValueError, RecursionError):  # no text, or too deep
            raise InvalidGrantError("The subject token is no JSON Web Token") from None
        if header.get("alg") != _ALGORITHM:
            raise InvalidGrantError(f"The subject token is not signed with {_ALGORITHM}")
        provider = next((name for name, url in self._issuers().items() if url == issuer), None)
        if provider is None:
            raise InvalidGrantError("The subject token's issuer is none that this Hub knows")
        identifier = header.get("kid")
        if not isinstance(identifier, str):
            raise InvalidGrantError("The subject token does not say with which key it is signed")
        try:
            said = jwt.decode(
                identity,
                self._keys.key(str(issuer), identifier),
                algorithms=[_ALGORITHM],
                audience=self._audiences,
                issuer=str(issuer),
                leeway=_LEEWAY_SECONDS,
                options={"require": list(_NEEDED), "strict_aud": False},
            )
        except UnknownKeyError as error:
            raise InvalidGrantError(f"The subject token can't be checked: {error}") from None
        except RefusedTokenError as error:
            raise InvalidGrantError(self._why(error)) from None
        if not isinstance(said["aud"], str):
            raise InvalidGrantError("The subject token is for several audiences")
        return provider, said

    def _why(self, error: RefusedTokenError) -> str:
        if isinstance(error, jwt.InvalidAudienceError):
            return f"The subject token is for another audience than {self._audiences[0]}"
        return f"The subject token is not good: {error}"


def parse_resource(resource: str) -> tuple[RepoKind | None, str]:
    """Kind and id of a repository as clients name it; no kind where the sandbox has none of it.

    Raises:
        InvalidRequestError: it has no such form.
        InvalidGrantError: it is a user.
    """
    first, _, rest = resource.partition("/")
    kind: RepoKind | None = RepoKind.MODEL
    if first in _KINDS and rest.count("/") == 1:
        kind, resource = _KINDS[first], rest
    elif first in _NO_KINDS and rest.count("/") == 1:
        kind, resource = None, rest
    elif "/" not in resource:
        raise InvalidGrantError(
            f"{resource}: publishers of users, whose tokens read gated repositories, are not "
            "imitated; those of repositories are"
        )
    try:
        return kind, parse_id(kind or RepoKind.MODEL, resource).id
    except BadRequestError as error:
        raise InvalidRequestError(
            "resource is namespace/name, datasets/namespace/name or spaces/namespace/name: "
            f"{error.message}"
        ) from None
