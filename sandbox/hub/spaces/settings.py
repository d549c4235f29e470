"""Secrets and variables of Spaces; a secret's value leaves here only for a build or a run."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sandbox.hub.http.errors import BadRequestError
from sandbox.store.database import Database

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


class Kind(StrEnum):
    """The two maps of a Space."""

    SECRET = "secret"  # noqa: S105 - the word, not a password
    VARIABLE = "variable"


def now() -> str:
    """The time as the Hub writes it: ISO 8601, UTC, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class SpaceSettings:
    """The two maps of every Space."""

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)

    def put(self, space: int, kind: Kind, entry: Mapping[str, Any]) -> None:
        """Adds or replaces one entry `{key, value, description?}`.

        Raises:
            BadRequestError: key or value is missing or no text. The message never quotes a value.
        """
        key, value, description = checked(entry)
        self._database.execute(
            "INSERT OR REPLACE INTO space_settings VALUES (?, ?, ?, ?, ?, ?)",
            (space, kind, key, value, description, now()),
        )

    def put_all(self, space: int, kind: Kind, entries: Sequence[Mapping[str, Any]]) -> None:
        """Adds several entries, as a new Space brings them."""
        for entry in entries:
            self.put(space, kind, entry)

    def remove(self, space: int, kind: Kind, key: str) -> bool:
        """Removes an entry; False if there was none."""
        with self._database.transaction() as connection:
            cursor = connection.execute(
                "DELETE FROM space_settings WHERE space = ? AND kind = ? AND key = ?",
                (space, kind, key),
            )
            return cursor.rowcount == 1

    def values(self, space: int, kind: Kind) -> dict[str, str]:
        """Names and values, for a build or a run only."""
        rows = self._database.query(
            "SELECT key, value FROM space_settings WHERE space = ? AND kind = ? ORDER BY key",
            (space, kind),
        )
        return {row["key"]: row["value"] for row in rows}

    def listing(self, space: int, kind: Kind) -> dict[str, dict[str, str]]:
        """As the API answers: `{NAME: {value, description?, updatedAt}}`; a secret has no value."""
        rows = self._database.query(
            "SELECT * FROM space_settings WHERE space = ? AND kind = ? ORDER BY key", (space, kind)
        )
        answer = {}
        for row in rows:
            entry = {} if kind is Kind.SECRET else {"value": row["value"]}
            if row["description"] is not None:
                entry["description"] = row["description"]
            answer[row["key"]] = entry | {"updatedAt": row["updated_at"]}
        return answer

    def collide(self, space: int) -> bool:
        """Whether a name stands in both maps, which makes the Space CONFIG_ERROR."""
        return bool(
            self._database.query(
                "SELECT key FROM space_settings WHERE space = ? GROUP BY key HAVING COUNT(*) > 1",
                (space,),
            )
        )


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
