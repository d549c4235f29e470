"""Who may speak to the sandbox's Hub: users, their organizations, their tokens."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import quote

from sandbox.http.credentials import owner_of
from sandbox.hub.http.errors import ForbiddenError, InvalidTokenError


class TokenRole(StrEnum):
    """The Hub's token roles: two classic ones, and the one whose rights are told one by one."""

    READ = "read"
    WRITE = "write"
    FINE_GRAINED = "fineGrained"


Rights = Mapping[str, Sequence[str]]
"""Of a fine-grained token: in each namespace READING, WRITING or both."""

READING, WRITING = "repo.content.read", "repo.write"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """A namespace shared by users. `paid` says whether its plan runs Docker and Gradio Spaces."""

    name: str
    paid: bool = True


@dataclass(frozen=True, kw_only=True)
class User:
    """A person with a namespace of the same name."""

    name: str
    tokens: Mapping[str, TokenRole | Rights]  # token -> what it may do
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
    rights: Rights = field(default_factory=dict[str, Sequence[str]], compare=False)  # fine-grained

    def may_read(self, namespace: str) -> bool:
        """Whether this token sees what is private in a namespace: its user's own, or a team's."""
        if self.role is TokenRole.FINE_GRAINED and not self._rights_in(namespace):
            return False
        return namespace == self.name or namespace in self.organizations

    def may_write(self, namespace: str) -> bool:
        """Whether this token may change what lies in a namespace."""
        writes = self.role is TokenRole.WRITE or WRITING in self._rights_in(namespace)
        return writes and self.may_read(namespace)

    def _rights_in(self, namespace: str) -> Sequence[str]:
        return self.rights.get(namespace, ())


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
                (candidate, _identity(user, may))
                for user in self._users.values()
                for candidate, may in user.tokens.items()
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
            "avatarUrl": _avatar(identity.name),
            "isPro": self._users[identity.name].paid,
            "orgs": [
                {
                    "type": "org",
                    "id": object_id(f"org:{name}"),
                    "name": name,
                    "fullname": name,
                    "avatarUrl": _avatar(name),
                    "isEnterprise": False,
                    **({"plan": "team"} if self._organizations[name].paid else {}),
                    "roleInOrg": "write",
                }
                for name in identity.organizations
            ],
            "auth": {"type": "access_token", "accessToken": self._described(identity)},
        }

    def _described(self, identity: Identity) -> dict[str, Any]:
        described: dict[str, Any] = {"displayName": "sandbox", "role": str(identity.role)}
        if identity.role is TokenRole.FINE_GRAINED:
            described["fineGrained"] = {
                "canReadGatedRepos": False,
                "global": [],
                "scoped": [
                    {"entity": self._entity(name), "permissions": list(rights)}
                    for name, rights in identity.rights.items()
                ],
            }
        return described

    def _entity(self, name: str) -> dict[str, str]:
        kind = "org" if name in self._organizations else "user"
        return {"_id": object_id(f"{kind}:{name}"), "type": kind, "name": name}


def _identity(user: User, may: TokenRole | Rights) -> Identity:
    role = may if isinstance(may, TokenRole) else TokenRole.FINE_GRAINED
    rights = {} if isinstance(may, TokenRole) else may
    return Identity(user.name, role, tuple(user.organizations), rights=rights)


def _avatar(name: str) -> str:
    """A picture of a color that the name chooses, in the address itself: nobody serves it."""
    color = hashlib.sha256(name.encode()).hexdigest()[:6]
    square = f"<rect width='32' height='32' fill='#{color}'/>"
    picture = f"<svg xmlns='http://www.w3.org/2000/svg' width='32' height='32'>{square}</svg>"
    return f"data:image/svg+xml,{quote(picture)}"


def object_id(seed: str) -> str:
    """24 hex digits in the form of the Hub's object ids, the same for the same seed."""
    return hashlib.sha256(seed.encode()).hexdigest()[:24]
