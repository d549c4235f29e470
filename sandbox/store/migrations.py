"""Numbered migrations: a store's tables have a version, and an older one is brought up to date.

Each store (the module that owns some tables) brings its migrations along: number 1 makes its
tables, each later number changes what those before it made. A released migration is never edited;
a change is a new number. The version reached stands in the database, by the store's first table.
"""

import re
import sqlite3
from collections.abc import Iterator, Sequence

from toolchain.progress import SetupError

_VERSIONS = """
CREATE TABLE IF NOT EXISTS schema_versions (
    store TEXT PRIMARY KEY,      -- its first table
    version INTEGER NOT NULL     -- number of the last migration that ran
)
"""
_FIRST_TABLE = re.compile(r"CREATE TABLE IF NOT EXISTS (\w+)")


class NewerStateError(SetupError):
    """The state was made by a newer version of the sandbox, which alone can read it."""


def store_of(script: str) -> str:
    """Under which name a store's version is kept, told from its first migration."""
    found = _FIRST_TABLE.search(script)
    if found is None:
        raise ValueError("the first migration of a store makes its tables, if they are not there")
    return found[1]


def reached(connection: sqlite3.Connection, store: str) -> int | None:
    """The version of a store's tables; None if it is not known here."""
    try:
        row = connection.execute(
            "SELECT version FROM schema_versions WHERE store = ?", (store,)
        ).fetchone()
    except sqlite3.OperationalError:  # no such table: nothing was ever migrated
        return None
    return None if row is None else int(row[0])


def migrate(connection: sqlite3.Connection, migrations: Sequence[str], place: str) -> None:
    """Runs the migrations a store has not seen yet; inside a transaction of the caller's.

    State of before there were versions has the tables of number 1, which makes them only where
    they are missing: there it changes nothing.

    Args:
        connection: with the transaction that takes all of it, or nothing.
        migrations: of one store, number 1 first.
        place: where the state lies, for the error.

    Raises:
        NewerStateError: the tables are of a version beyond the last of these migrations.
    """
    store = store_of(migrations[0])
    connection.execute(_VERSIONS)
    version = reached(connection, store) or 0
    if version > len(migrations):
        raise NewerStateError(
            f"{place} was written by a newer version of the sandbox ({store} is at version "
            f"{version}, this one knows {len(migrations)}): use that version again, or reset the "
            "sandbox, which forgets what is in it."
        )
    for script in migrations[version:]:
        for statement in statements(script):
            connection.execute(statement)
    connection.execute("REPLACE INTO schema_versions VALUES (?, ?)", (store, len(migrations)))


def statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one: `executescript` would end the transaction."""
    begun = ""
    for part in script.split(";"):
        begun += f"{part};"
        if sqlite3.complete_statement(begun):
            if begun.strip(" \n;"):
                yield begun
            begun = ""
