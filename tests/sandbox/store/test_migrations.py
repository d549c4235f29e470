"""State has a version: an older one is brought up to date, a newer one is refused."""

import sqlite3
from multiprocessing.pool import ThreadPool

import pytest

from sandbox.store.database import Database
from sandbox.store.migrations import NewerStateError, statements

FIRST = "CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY, name TEXT); -- one; of them"
SECOND = "ALTER TABLE things ADD COLUMN colour TEXT NOT NULL DEFAULT 'grey';"
THIRD = "CREATE TABLE parts (thing INTEGER); INSERT INTO parts SELECT id FROM things;"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state.db"


def version(database):
    return [tuple(row) for row in database.query("SELECT * FROM schema_versions")]


def test_a_new_home_gets_every_migration_and_so_does_one_of_any_version(path):
    Database(path).create(FIRST)
    Database(path).execute("INSERT INTO things (name) VALUES ('chair')")
    Database(path).create(FIRST, SECOND)
    database = Database(path)
    database.create(FIRST, SECOND, THIRD)
    database.create(FIRST, SECOND, THIRD)  # what has run does not run again
    assert [tuple(row) for row in database.query("SELECT * FROM things")] == [(1, "chair", "grey")]
    assert [row["thing"] for row in database.query("SELECT * FROM parts")] == [1]
    assert version(database) == [("things", 3)]


def test_state_of_before_there_were_versions_is_of_the_first_one(path):
    with sqlite3.connect(path) as old:
        old.execute(FIRST.replace(" IF NOT EXISTS", ""))
        old.execute("INSERT INTO things (name) VALUES ('chair')")
    database = Database(path)
    database.create(FIRST, SECOND)
    assert database.query("SELECT colour FROM things")[0]["colour"] == "grey"


def test_newer_state_is_refused_in_one_sentence_and_left_as_it_is(path):
    Database(path).create(FIRST, SECOND)
    with pytest.raises(NewerStateError) as refused:
        Database(path).create(FIRST)
    said = str(refused.value)
    assert str(path) in said
    assert "newer version" in said
    assert "\n" not in said
    assert version(Database(path)) == [("things", 2)]


def test_a_migration_that_fails_leaves_the_version_it_found(path):
    Database(path).create(FIRST)
    with pytest.raises(sqlite3.OperationalError):
        Database(path).create(FIRST, f"{SECOND} ALTER TABLE nowhere ADD COLUMN x;")
    database = Database(path)
    assert version(database) == [("things", 1)]
    assert "colour" not in {row["name"] for row in database.query("PRAGMA table_info(things)")}


def test_processes_that_open_a_home_at_once_migrate_it_once(path):
    Database(path).create(FIRST)
    with ThreadPool(8) as pool:
        pool.map(lambda _: Database(path).create(FIRST, SECOND, THIRD), range(8))
    assert version(Database(path)) == [("things", 3)]


def test_a_semicolon_in_a_comment_or_a_text_ends_no_statement():
    script = "CREATE TABLE a (x TEXT); -- this; that\nINSERT INTO a VALUES ('b;c');\n"
    assert [each.count(";") for each in statements(script)] == [1, 3]


def test_a_transaction_that_sqlite_has_ended_by_itself_keeps_its_own_error(path):
    database = Database(path)
    database.create(FIRST)

    def interrupted():
        with database.transaction() as connection:
            connection.execute("ROLLBACK")  # as a full disk makes SQLite do
            raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        interrupted()


@pytest.mark.parametrize("how", ["execute", "transaction"])
def test_a_full_disk_is_told_as_one_and_what_was_begun_is_undone(path, how):
    database = Database(path)
    database.create(FIRST)
    database.query("PRAGMA max_page_count = 8")  # which is what a full disk is to SQLite

    def fill():
        if how == "execute":
            database.execute("INSERT INTO things (name) VALUES (?)", ("x" * 100_000,))
        else:
            with database.transaction() as connection:
                connection.execute("INSERT INTO things (name) VALUES ('small')")
                connection.execute("INSERT INTO things (name) VALUES (?)", ("x" * 100_000,))

    with pytest.raises(OSError, match="No space left on device") as full:
        fill()
    assert full.value.filename == str(path)
    assert database.query("SELECT * FROM things") == []


def test_a_transaction_inside_another_fails_alone_and_is_kept_with_it(path):
    database, called = Database(path), []
    database.create(FIRST)

    def inner(name, *, fails):
        with database.transaction() as connection:
            connection.execute("INSERT INTO things (name) VALUES (?)", (name,))
            database.after_commit(lambda: called.append(name))
            if fails:
                raise ValueError(name)

    def outer(*, fails):
        with database.transaction():
            inner("kept", fails=False)
            with pytest.raises(ValueError, match="dropped"):
                inner("dropped", fails=True)
            assert called == []
            if fails:
                raise ValueError("outer")

    with pytest.raises(ValueError, match="outer"):
        outer(fails=True)
    assert (database.query("SELECT * FROM things"), called) == ([], [])
    outer(fails=False)
    assert [row["name"] for row in database.query("SELECT name FROM things")] == ["kept"]
    assert called == ["kept"]
    database.after_commit(lambda: called.append("now"))
    assert called == ["kept", "now"]
