"""Secrets and variables of Spaces; a secret's value leaves here only for a build or a run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sandbox.hub.http.errors import BadRequestError
from sandbox.store.database import Database
from sandbox.store.table import Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS space_settings (
    space INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    description TEXT,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (space, kind, key)
);
"""
_MAP = "space = ? AND kind = ?"


class Kind(StrEnum):
    """The two maps of a Space."""

    SECRET = "secret"  # noqa: S105 - the word, not a password
    VARIABLE = "variable"


def now() -> str:
    """The time as the Hub writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class _Entry:
    key: str
    value: str = field(repr=False)
    description: str | None
    updated_at: str


class SpaceSettings:
    """The two maps of every Space."""

    def __init__(self, database: Database) -> None:
        database.create(_SCHEMA)
        self._entries = Table(database, "space_settings", _Entry, key="key")

    def put(self, space: int, kind: Kind, entry: Mapping[str, Any]) -> None:
        """Adds or replaces one entry `{key, value, description?}`.

        Raises:
            BadRequestError: key or value is missing or no text. The message never quotes a value.
        """
        known = _Entry(*checked(entry), now())
        self._entries.put(space=space, kind=kind, **vars(known))

    def put_all(self, space: int, kind: Kind, entries: Sequence[Mapping[str, Any]]) -> None:
        """Adds several entries, as a new Space brings them."""
        for entry in entries:
            self.put(space, kind, entry)

    def remove(self, space: int, kind: Kind, key: str) -> bool:
        """Removes an entry; False if there was none."""
        return self._entries.drop_where(f"{_MAP} AND key = ?", space, kind, key)

    def values(self, space: int, kind: Kind) -> dict[str, str]:
        """Names and values, for a build or a run only."""
        return {each.key: each.value for each in self._entries.where(_MAP, space, kind)}

    def listing(self, space: int, kind: Kind) -> dict[str, dict[str, str]]:
        """As the API answers: `{NAME: {value, description?, updatedAt}}`; a secret has no value."""
        answer = {}
        for each in self._entries.where(_MAP, space, kind):
            entry = {} if kind is Kind.SECRET else {"value": each.value}
            if each.description is not None:
                entry["description"] = each.description
            answer[each.key] = entry | {"updatedAt": each.updated_at}
        return answer

    def collide(self, space: int) -> bool:
        """Whether a name stands in both maps, which makes the Space CONFIG_ERROR."""
        secrets, variables = (self.values(space, kind) for kind in Kind)
        return not secrets.keys().isdisjoint(variables)


def checked(entry: Mapping[str, Any]) -> tuple[str, str, str | None]:
    """Key, value and description of one entry; raises BadRequestError."""
    key, value, description = (entry.get(name) for name in ("key", "value", "description"))
    if not isinstance(key, str) or not key or "=" in key or "\0" in key:
        raise BadRequestError('"key" must be a non-empty name without "="')
    if not isinstance(value, str) or "\0" in value:
        raise BadRequestError(f'"value" of {key} must be text')
    if description is not None and not isinstance(description, str):
        raise BadRequestError(f'"description" of {key} must be text')
    return key, value, description
