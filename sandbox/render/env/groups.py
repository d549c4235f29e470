"""Env groups: variables and secret files that several services are lent."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.render.env.variables import Kind, Pairs
from sandbox.render.http.errors import there
from sandbox.render.http.ids import new_id, now
from sandbox.store.database import Database
from sandbox.store.table import Table

_SCHEMA = """
CREATE TABLE IF NOT EXISTS render_env_groups (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS render_env_group_values (
    number INTEGER PRIMARY KEY AUTOINCREMENT,  -- in order of creation
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (env_group, kind, name)
);
CREATE TABLE IF NOT EXISTS render_env_group_links (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    env_group INTEGER NOT NULL REFERENCES render_env_groups (number) ON DELETE CASCADE,
    service INTEGER NOT NULL REFERENCES render_services (number) ON DELETE CASCADE,
    UNIQUE (env_group, service)
);
"""


@dataclass(frozen=True, kw_only=True)
class EnvGroup:
    """A snapshot of one row."""

    number: int
    id: str
    name: str
    owner: str
    created_at: str
    updated_at: str


class EnvGroups:
    """The tables of groups, their values and the services linked to them.

    A service sees what changes here with its next deploy; nothing is deployed by itself.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        database.create(_SCHEMA)
        self._groups = Table(
            database, "render_env_groups", EnvGroup, key="number", order="number DESC"
        )

    def add(
        self, name: str, owner: str, values: dict[Kind, Pairs], services: Sequence[int]
    ) -> EnvGroup:
        """A new group."""
        identifier, moment = new_id("evg"), now()
        with self._database.transaction() as connection:
            number = self._groups.add(
                id=identifier, name=name, owner=owner, created_at=moment, updated_at=moment
            )
            connection.executemany(
                "INSERT INTO render_env_group_values (env_group, kind, name, value)"
                " VALUES (?, ?, ?, ?)",
                [(number, kind, *pair) for kind, pairs in values.items() for pair in pairs],
            )
            connection.executemany(
                "INSERT OR IGNORE INTO render_env_group_links (env_group, service) VALUES (?, ?)",
                [(number, service) for service in services],
            )
        return self.find(identifier)

    def find(self, identifier: str) -> EnvGroup:
        """The group of that id; raises NotFoundError."""
        return there(self._groups.first("id = ?", identifier), identifier)

    def all(self) -> list[EnvGroup]:
        """Every group, newest first."""
        return self._groups.where()

    def rename(self, group: EnvGroup, name: str) -> None:
        """Another name."""
        self._groups.set(group.number, name=name, updated_at=now())

    def remove(self, group: EnvGroup) -> None:
        """The group is gone, for all services."""
        self._groups.drop(group.number)

    def values(self, group: EnvGroup, kind: Kind) -> Pairs:
        """Every name with its value, newest first."""
        rows = self._database.query(
            "SELECT name, value FROM render_env_group_values WHERE env_group = ? AND kind = ?"
            " ORDER BY number DESC",
            (group.number, kind),
        )
        return [(row["name"], row["value"]) for row in rows]

    def value(self, group: EnvGroup, kind: Kind, name: str) -> str:
        """One value; raises NotFoundError."""
        return there(dict(self.values(group, kind)).get(name), name)

    def put(self, group: EnvGroup, kind: Kind, name: str, value: str) -> None:
        """Adds a value or changes it."""
        self._touch(
            group,
            "INSERT INTO render_env_group_values (kind, name, value, env_group)"
            " VALUES (?, ?, ?, ?)"
            " ON CONFLICT (env_group, kind, name) DO UPDATE SET value = excluded.value",
            *(kind, name, value),
        )

    def drop(self, group: EnvGroup, kind: Kind, name: str) -> None:
        """Removes a value; raises NotFoundError."""
        self.value(group, kind, name)
        self._touch(
            group,
            "DELETE FROM render_env_group_values WHERE kind = ? AND name = ? AND env_group = ?",
            *(kind, name),
        )

    def link(self, group: EnvGroup, service: int) -> None:
        """Lends the group to a service; twice is once."""
        self._touch(
            group,
            "INSERT OR IGNORE INTO render_env_group_links (service, env_group) VALUES (?, ?)",
            service,
        )

    def unlink(self, group: EnvGroup, service: int) -> None:
        """Takes the group away from a service that may have it."""
        self._touch(
            group, "DELETE FROM render_env_group_links WHERE service = ? AND env_group = ?", service
        )

    def linked(self, group: EnvGroup) -> list[int]:
        """The numbers of the services that have the group, in the order in which they got it."""
        rows = self._database.query(
            "SELECT service FROM render_env_group_links WHERE env_group = ? ORDER BY number",
            (group.number,),
        )
        return [int(row["service"]) for row in rows]

    def lent(self, service: int, kind: Kind) -> dict[str, str]:
        """What a service has of its groups; of a name in several, that of the group linked last."""
        rows = self._database.query(
            "SELECT name, value FROM render_env_group_links AS links"
            " JOIN render_env_group_values AS held ON held.env_group = links.env_group"
            " WHERE service = ? AND kind = ? ORDER BY links.number",
            (service, kind),
        )
        return {row["name"]: row["value"] for row in rows}

    def _touch(self, group: EnvGroup, statement: str, *values: object) -> None:
        """A change of a group, whose number is the statement's last value, with its time."""
        with self._database.transaction() as connection:
            connection.execute(statement, (*values, group.number))
            self._groups.set(group.number, updated_at=now())
