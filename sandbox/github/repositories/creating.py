"""Who may make which repository."""

import re

from sandbox.github.http.accounts import Caller
from sandbox.github.http.errors import ForbiddenError, NotFoundError, invalid

_NAME = re.compile(r"(?!-+$)[A-Za-z0-9._-]{1,100}")
_OTHERS = re.compile(r"[^A-Za-z0-9._-]+")


def repository_name(wanted: str) -> str:
    """The name that a repository gets: what may not stand in one becomes `-`, as on the platform.

    Raises:
        UnprocessableError: nothing of it may be a repository's name.
    """
    name = _OTHERS.sub("-", wanted.strip())
    if not _NAME.fullmatch(name) or name in {".", ".."} or name.endswith(".git"):
        raise invalid("Repository", "name", "name is invalid")
    return name


def require_creation(caller: Caller, owner: str, *, private: bool) -> None:
    """Refuses whoever may make none for an owner, or whose token does not allow it."""
    token = caller.token
    if token.scopes is None:
        if not token.may_write:
            raise ForbiddenError("Resource not accessible by personal access token")
    elif "repo" not in token.scopes and (private or "public_repo" not in token.scopes):
        raise NotFoundError
    if not caller.administers(owner):
        raise ForbiddenError(f"You need admin access to the organization {owner}")
