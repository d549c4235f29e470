"""Who may speak to the sandbox's GitHub: users, their organizations, their tokens."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers

from sandbox.github.http import job_tokens as tokens
from sandbox.github.http.errors import BadCredentialsError
from sandbox.github.http.job_tokens import Grant, JobTokens
from sandbox.http.credentials import MalformedCredentialsError, alive, owner_of, token_of

ACTIONS = tokens.ACTIONS
_PERMISSIONS = {"workflow": "workflows", "delete_repo": "administration"}  # instead of a scope
ALL_SCOPES = ("repo", "workflow", "delete_repo", "read:org", "user")


@dataclass(frozen=True, kw_only=True)
class Token:
    """What a token may do: a classic one what its scopes say, others what they were made for.

    Args:
        scopes: of a classic token; None for one that has permissions instead.
        may_write: of a token with permissions, to all repositories of its user.
        may_administer: the same for settings, secrets and rules; the token of jobs may not.
        grant: of a job's token, which is for one repository.
        permissions: of a fine-grained one, such as {"secrets": "write"}; it has no scopes.
    """

    scopes: Sequence[str] | None = ALL_SCOPES
    may_write: bool = True
    may_administer: bool = True
    grant: Grant | None = None
    permissions: Mapping[str, str] | None = None

    def allows(self, scope: str) -> bool:
        """Whether a classic token has a scope, or another one may do all that scopes are for."""
        if self.permissions is not None:
            return self.permissions.get(_PERMISSIONS.get(scope, scope)) == "write"
        return self.may_administer if self.scopes is None else scope in self.scopes


def fine_grained(permissions: Mapping[str, str]) -> Token:
    """A token that may do just what it was given, in all repositories of its user."""
    writes = "write" in permissions.values()
    return Token(scopes=None, may_write=writes, permissions=permissions)


@dataclass(frozen=True, kw_only=True)
class User:
    """A person who owns repositories, and administers those of their organizations.

    Args:
        works_for: others whose repositories are treated as this one's, as runs do for owners.
    """

    login: str
    tokens: Mapping[str, Token]
    organizations: Sequence[str] = field(default_factory=tuple)
    works_for: Sequence[str] = field(default_factory=tuple)


@dataclass(frozen=True)
class Caller:
    """Somebody whose token was recognised."""

    login: str
    token: Token
    organizations: tuple[str, ...]
    works_for: tuple[str, ...] = ()

    def administers(self, owner: str) -> bool:
        """Whether this person, whatever their token, is in charge of the owner's repositories."""
        names = (self.login, *self.organizations, *self.works_for)
        return owner.lower() in {name.lower() for name in names}


@dataclass(frozen=True)
class Account:
    """A user or an organization as the API names it."""

    login: str
    organization: bool

    @property
    def id(self) -> int:
        """A number, the same for the same login."""
        return int(hashlib.sha256(self.login.lower().encode()).hexdigest()[:7], 16)


class Accounts:
    """The users and organizations of one sandbox; fixed for its lifetime.

    Args:
        users: who there is; organizations exist by being a user's.
        paid: whether private repositories may have rules, which the free plan does not include.
        free: users and organizations on that plan all the same.
        job_tokens: of runs, for whom ACTIONS speaks; that has to be one of the users then.
        ends: when tokens of users end that do, in seconds since 1970.
    """

    def __init__(
        self,
        users: Sequence[User],
        *,
        paid: bool = True,
        free: Sequence[str] = (),
        job_tokens: JobTokens | None = None,
        ends: Mapping[str, float] | None = None,
    ) -> None:
        self._ends = ends or {}
        self._users = users
        self._paid, self._free = paid, {name.lower() for name in free}
        self._job_tokens = job_tokens or JobTokens()
        self._actions = next((each for each in users if each.login == ACTIONS), None)
        logins = [Account(user.login, organization=False) for user in users]
        groups = [Account(name, organization=True) for user in users for name in user.organizations]
        self._accounts = {each.login.lower(): each for each in (*groups, *logins)}

    def is_paid(self, owner: str) -> bool:
        """Whether the plan of a user or an organization is more than the free one."""
        return self._paid and owner.lower() not in self._free

    def identify(self, token: str) -> Caller:
        """The owner of a token; raises BadCredentialsError if nobody's."""
        found = owner_of(token, self._known())
        if found is None or not alive(token, self._ends):
            raise BadCredentialsError
        return found

    def _known(self) -> Iterator[tuple[str, Caller]]:
        for user in self._users:
            for candidate, kind in user.tokens.items():
                yield candidate, _caller(user, kind)
        if self._actions is not None:
            for candidate, grant in self._job_tokens.all():
                kind = Token(scopes=None, may_administer=False, grant=grant)
                yield candidate, _caller(self._actions, kind)

    def caller(self, headers: Headers) -> Caller | None:
        """Who sent a request with these headers; None for an anonymous one.

        Raises:
            BadCredentialsError: they carry a foreign token, or nothing that is one.
        """
        try:
            token = token_of(headers.get("authorization"), ("bearer", "token"))
        except MalformedCredentialsError:
            raise BadCredentialsError from None
        return None if token is None else self.identify(token)

    def find(self, login: str) -> Account | None:
        """The user or organization of that name, whatever its case."""
        return self._accounts.get(login.lower())

    def account(self, login: str) -> Account:
        """The same, or one that has left the sandbox's stack files since."""
        return self.find(login) or Account(login, organization=False)

    def with_id(self, number: int) -> Account | None:
        """The user or organization with that number."""
        return next((each for each in self._accounts.values() if each.id == number), None)

    def people(self) -> Sequence[str]:
        """The logins of all who are no organizations, those of programs left out."""
        return [each.login for each in self._users if each.login != ACTIONS]

    def administers(self, login: str, owner: str) -> bool:
        """Whether somebody, whatever their token, is in charge of an owner's repositories."""
        return any(
            owner.lower() in {name.lower() for name in (each.login, *each.organizations)}
            for each in self._users
            if each.login.lower() == login.lower()
        )

    def speaking_for(self, login: str) -> Caller | None:
        """The user of that name, whose request was taken before the sandbox was killed."""
        for user in self._users:
            if user.login == login:
                return Caller(login, Token(), tuple(user.organizations), tuple(user.works_for))
        return None

    def of(self, caller: Caller) -> Account:
        """A caller's own account."""
        return self._accounts[caller.login.lower()]


def _caller(user: User, token: Token) -> Caller:
    return Caller(user.login, token, tuple(user.organizations), tuple(user.works_for))
