"""Whose key it is, and the workspaces it reaches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sandbox.http.credentials import same
from sandbox.render.http.errors import BadRequestError, NotFoundError, there


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """An owner of services."""

    id: str  # "tea-…"
    name: str
    email: str
    type: str = "team"

    def description(self) -> dict[str, Any]:
        """The workspace as the API gives it."""
        return {"id": self.id, "name": self.name, "email": self.email, "type": self.type}


@dataclass(frozen=True, kw_only=True)
class Account:
    """The one user of this Render. A key reaches every workspace of its user."""

    name: str
    email: str
    api_key: str = field(repr=False)
    # Of every deploy hook: no API returns or creates a hook's key, so it is given, not minted.
    hook_key: str = field(repr=False)
    workspaces: Sequence[Workspace]

    def has_key(self, authorization: str | None) -> bool:
        """Whether an Authorization header carries the key."""
        return same(authorization or "", f"Bearer {self.api_key}")

    def has_hook_key(self, key: str) -> bool:
        """Whether a deploy hook was called with its key."""
        return same(key, self.hook_key)

    def description(self) -> Mapping[str, str]:
        """The answer of `GET /users`."""
        return {"name": self.name, "email": self.email}

    def workspace(self, owner: str) -> Workspace:
        """The workspace of that id; `own-…` stands for the user's default one."""
        if owner.startswith("own-"):
            return self.workspaces[0]
        return there(next((each for each in self.workspaces if each.id == owner), None), owner)

    def owner_of_new(self, owner: object) -> str:
        """The workspace a new thing is to belong to; raises BadRequestError."""
        if not isinstance(owner, str) or not owner:
            raise BadRequestError("ownerId is required")
        try:
            return self.workspace(owner).id
        except NotFoundError:
            raise BadRequestError(f"invalid ownerId: {owner}") from None
