"""Variables of repositories and environments."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.github.http.clock import now
from sandbox.github.http.errors import ConflictError, NotFoundError, UnprocessableError
from sandbox.github.settings.holders import OF_HOLDER, Holder
from sandbox.store.database import Database
from sandbox.store.table import Table

REPOSITORY_LIMIT, ENVIRONMENT_LIMIT = 500, 100

_TABLES = """
CREATE TABLE IF NOT EXISTS github_variables (
    repository INTEGER NOT NULL REFERENCES github_repositories (id) ON DELETE CASCADE,
    environment INTEGER NOT NULL,    -- 0: the repository itself
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    PRIMARY KEY (repository, environment, name)
);
"""


@dataclass(frozen=True)
class Variable:
    """One variable."""

    name: str
    value: str
    created_at: str
    updated_at: str


class VariableStore:
    """All Actions variables. Thread-safe."""

    def __init__(self, database: Database) -> None:
        database.create(_TABLES)
        self._variables = Table(database, "github_variables", Variable, order="name")

    def list(self, holder: Holder) -> Sequence[Variable]:
        """By name."""
        return self._variables.where(OF_HOLDER, *holder.place)

    def get(self, holder: Holder, name: str) -> Variable:
        """The variable of that name, whatever its case; raises NotFoundError."""
        for each in self.list(holder):
            if each.name == name.upper():
                return each
        raise NotFoundError

    def add(self, holder: Holder, name: str, value: str) -> None:
        """A new variable under a checked name.

        Raises:
            ConflictError: there is one of that name.
            UnprocessableError: the holder has as many as it may have.
        """
        limit = ENVIRONMENT_LIMIT if holder.environment else REPOSITORY_LIMIT
        known = {each.name for each in self.list(holder)}
        if name not in known and len(known) >= limit:
            raise UnprocessableError("Validation failed", f"You may have up to {limit} variables.")
        try:
            self._variables.add(
                repository=holder.repository,
                environment=holder.environment,
                name=name,
                value=value,
                created_at=now(),
                updated_at=now(),
            )
        except sqlite3.IntegrityError:
            raise ConflictError("Already exists - Variable already exists") from None

    def change(self, holder: Holder, old: str, name: str, value: str) -> None:
        """Another value, and perhaps another checked name.

        Raises:
            NotFoundError: there is no variable of the old name.
            ConflictError: there is another one of the new name.
        """
        found = self.get(holder, old)
        try:
            values = {"name": name, "value": value, "updated_at": now()}
            self._variables.set_where(
                values, f"{OF_HOLDER} AND name = ?", *holder.place, found.name
            )
        except sqlite3.IntegrityError:
            raise ConflictError("Already exists - Variable already exists") from None

    def delete(self, holder: Holder, name: str) -> None:
        """Forgets a variable; raises NotFoundError if there is none."""
        found = self.get(holder, name)
        self._variables.drop_where(f"{OF_HOLDER} AND name = ?", *holder.place, found.name)

    def forget(self, holder: Holder) -> None:
        """Forgets all variables of an environment."""
        self._variables.drop_where(OF_HOLDER, *holder.place)

    def values(self, holder: Holder) -> Mapping[str, str]:
        """Values by name."""
        return {each.name: each.value for each in self.list(holder)}
