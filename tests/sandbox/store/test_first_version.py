"""A home made before its state had a version opens, and everything in it is still there."""

import sqlite3
from pathlib import Path

import pygit2
import pytest

from sandbox.apps.addresses import AddressBook
from sandbox.machine.no_machine import NoMachine
from sandbox.server.home import Home
from sandbox.server.inventory import inventory
from sandbox.server.options import Options
from sandbox.server.platforms import compose
from sandbox.store.database import Database
from sandbox.store.migrations import NewerStateError

FIRST = (Path(__file__).parent / "first_version.sql").read_text()
AT = "2026-11-21T16:00:00Z"
ROWS = {
    "hub_repositories": {
        "uid": "u1",
        "kind": "model",
        "namespace": "slipway",
        "name": "m",
        "visibility": "private",
        "created_at": "2026-11-21T16:00:00.000+00:00",
    },
    "github_repositories": {
        "folder": "g1",
        "owner": "slipway",
        "name": "r",
        "private": 0,
        "created_at": AT,
        "updated_at": AT,
        "pushed_at": AT,
    },
}


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path)
    made.make_folder()
    with sqlite3.connect(made.database) as old:
        old.executescript(FIRST)
        for table, row in {**filled(old), **ROWS}.items():
            columns, marks = ", ".join(row), ", ".join("?" * len(row))
            insert = f"INSERT INTO {table} ({columns}) VALUES ({marks})"  # noqa: S608 - from above
            old.execute(insert, tuple(row.values()))
    old.close()
    return made


def filled(connection: sqlite3.Connection) -> dict[str, dict[str, object]]:
    """A row for every table: a value wherever one is needed."""
    connection.execute("PRAGMA foreign_keys = OFF")
    named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return {
        table: {
            name: {"TEXT": "x", "BLOB": b"x"}.get(kind, 1)
            for _, name, kind, needed, default, key in columns(connection, table)
            if (needed or key) and default is None
        }
        for (table,) in connection.execute(named).fetchall()
    }


def columns(connection: sqlite3.Connection, table: str) -> list[tuple]:
    return [tuple(row) for row in connection.execute(f"PRAGMA table_info({table})").fetchall()]


def shape(path: Path) -> dict[str, set[tuple]]:
    """Every table with its columns: name, type, whether it is needed, default, part of the key."""
    with sqlite3.connect(path) as connection:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [row[0] for row in connection.execute(named).fetchall()]
        found = {table: {row[1:] for row in columns(connection, table)} for table in tables}
    connection.close()
    return found


def opened(home: Home) -> None:
    """Makes every store there is."""
    compose(home, Options(), NoMachine(), AddressBook(home.open_database()))


def test_it_gets_the_tables_of_a_new_home(home, tmp_path):
    new = Home(tmp_path / "new")
    opened(home)
    opened(new)
    assert shape(home.database) == shape(new.database)


def test_every_row_is_still_there(home):
    before = sqlite3.connect(home.database)
    tables = filled(before)
    opened(home)
    for table in tables:
        [(count,)] = before.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608
        assert count == 1, table
    before.close()


def test_what_is_in_it_is_shown_by_its_name(home):
    database = sqlite3.connect(home.database)
    unread = (
        "spaces",
        "render_services",
        "render_postgres",
        "workflow_runs",
        "github_environments",
    )
    for table in unread:  # in these an `x` is nothing that the sandbox writes
        database.execute(f"DELETE FROM {table}")  # noqa: S608 - named above
    database.commit()
    database.close()
    for folder in ("hub/repositories/u1/git", "github/repositories/g1"):
        pygit2.init_repository(home.folder / folder, bare=True, initial_head="main")
    found = inventory(home)
    assert [(each["id"], each["visibility"]) for each in found["models"]] == [
        ("slipway/m", "private")
    ]
    assert [each["name"] for each in found["repositories"]] == ["slipway/r"]


def test_a_home_of_a_newer_version_is_refused_before_anything_starts(home):
    opened(home)
    Database(home.database).execute(
        "UPDATE schema_versions SET version = 999 WHERE store = 'render_services'"
    )
    with pytest.raises(NewerStateError, match="render_services is at version 999"):
        opened(home)
