"""Who may speak to the sandbox's Hub: users, their organizations, their tokens."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sandbox.http.credentials import owner_of
from sandbox.hub.http.errors import ForbiddenError, InvalidTokenError


class TokenRole(StrEnum):
    """The Hub's two classic token roles."""

    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """A namespace shared by users. `paid` says whether its plan runs Docker and Gradio Spaces."""

    name: str
    paid: bool = True


@dataclass(frozen=True, kw_only=True)
class User:
    """A person with a namespace of the same name."""

    name: str
    tokens: Mapping[str, TokenRole]  # token -> what it may do
    organizations: Sequence[str] = field(default_factory=tuple)
    paid: bool = True  # False: the free plan, where creating a Docker or Gradio Space costs a 402


PUBLISHER = "[OIDC]"  # to whom what trusted publishers push is attributed; no namespace's name


@dataclass(frozen=True)
class Identity:
    """A caller whose token was recognised."""

    name: str
    role: TokenRole
    organizations: tuple[str, ...]
    repository: str | None = None  # uid of the one whose content a publisher's token is for

    def member_of(self, namespace: str) -> bool:
        """Whether this is the caller's own namespace or an organization they belong to."""
        return namespace == self.name or namespace in self.organizations

    def may_write(self, namespace: str) -> bool:
        """Whether this token may change what lies in a namespace."""
        return self.role is TokenRole.WRITE and self.member_of(namespace)


class Accounts:
    """The users and organizations of one sandbox; fixed for its lifetime."""

    def __init__(self, users: Sequence[User], organizations: Sequence[Organization] = ()) -> None:
        self._users = {user.name: user for user in users}
        self._organizations = {each.name: each for each in organizations}
        for user in users:
            for name in user.organizations:
                if name not in self._organizations:
                    raise ValueError(f"user {user.name!r} belongs to unknown organization {name!r}")

    def identify(self, token: str) -> Identity:
        """The owner of a token; raises InvalidTokenError if nobody's."""
        found = owner_of(
            token,
            (
                (candidate, Identity(user.name, role, tuple(user.organizations)))
                for user in self._users.values()
                for candidate, role in user.tokens.items()
            ),
        )
        if found is None:
            raise InvalidTokenError
        return found

    def is_paid(self, namespace: str) -> bool:
        """Whether the namespace's plan runs Docker and Gradio Spaces."""
        if namespace in self._organizations:
            return self._organizations[namespace].paid
        return namespace in self._users and self._users[namespace].paid

    def is_organization(self, namespace: str) -> bool:
        """Whether a namespace is an organization's."""
        return namespace in self._organizations

    def member_of(self, user: str, namespace: str) -> bool:
        """Whether a namespace is a user's own or of an organization they belong to."""
        found = self._users.get(user)
        return found is not None and (namespace == user or namespace in found.organizations)

    def has_namespace(self, namespace: str) -> bool:
        """Whether such a user or organization exists."""
        return namespace in self._users or namespace in self._organizations

    def require_namespace(self, identity: Identity, namespace: str, action: str) -> None:
        """Raises ForbiddenError unless this token may `action` (as "create a space") there."""
        if not self.has_namespace(namespace) or not identity.may_write(namespace):
            raise ForbiddenError(
                f"You don't have the rights to {action} under the namespace {namespace!r}",
            )

    def whoami(self, identity: Identity) -> dict[str, Any]:
        """The body of `GET /api/whoami-v2`, of a user."""
        return {
            "type": "user",
            "id": object_id(f"user:{identity.name}"),
            "name": identity.name,
            "fullname": identity.name,
            "isPro": self._users[identity.name].paid,
            "orgs": [
                {
                    "type": "org",
                    "id": object_id(f"org:{name}"),
                    "name": name,
                    "fullname": name,
                    "isEnterprise": False,
                    "roleInOrg": "write",
                }
                for name in identity.organizations
            ],
            "auth": {
                "type": "access_token",
                "accessToken": {"displayName": "sandbox", "role": str(identity.role)},
            },
        }


def object_id(seed: str) -> str:
    """24 hex digits in the form of the Hub's object ids, the same for the same seed."""
    return hashlib.sha256(seed.encode()).hexdigest()[:24]
