"""Log lines are stored many at a time, in their order, and are there as soon as somebody asks."""

import sqlite3
import threading
from contextlib import closing

import pytest

from sandbox.apps import line_batches
from sandbox.apps.line_batches import LineBatches
from sandbox.hub.spaces.running.logs import LogKind, SpaceLogs
from sandbox.render.services.logs import LogQuery, Logs, LogType
from sandbox.store.database import Database
from tests.sandbox.spaces.conftest import until


@pytest.fixture
def stored():
    return []


def test_rows_are_stored_together_and_in_order_however_many_bring_them(stored):
    batches = LineBatches(stored.append)

    def bring(name):
        for number in range(2000):
            batches.add((name, number))

    bringing = [threading.Thread(target=bring, args=(name,)) for name in "ab"]
    for each in bringing:
        each.start()
    for each in bringing:
        each.join()
    until(lambda: sum(map(len, stored)) == 4000)
    rows = [row for batch in stored for row in batch]
    for name in "ab":
        assert [row for row in rows if row[0] == name] == [(name, n) for n in range(2000)]
    assert len(stored) < 400


def test_nobody_brings_more_than_can_be_stored(monkeypatch, stored):
    monkeypatch.setattr(line_batches, "_MOST", 10)
    monkeypatch.setattr(line_batches, "_SECONDS", 1000)
    batches = LineBatches(stored.append)
    for number in range(95):
        batches.add(number)
    assert [len(batch) for batch in stored] == [10] * 9
    batches.flush()
    assert [row for batch in stored for row in batch] == list(range(95))


def test_a_disk_that_is_full_for_a_while_ends_no_log(stored):
    full = threading.Event()
    full.set()

    def store(rows):
        if full.is_set():
            full.clear()
            raise OSError("no space left")
        stored.append(rows)

    batches = LineBatches(store)
    batches.add("lost")
    until(lambda: not full.is_set())
    batches.add("kept")
    until(lambda: [*stored] == [["kept"]])


def test_a_line_is_read_as_soon_as_it_is_written_and_a_former_runs_is_not(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    logs = space_logs(database)
    former = logs.begin(1, LogKind.RUN, masked=["sesame"])
    former("of the former run")
    log = logs.begin(1, LogKind.RUN, masked=["sesame"])
    former("late")
    for number in range(50):
        log(f"{number} sesame")
        assert logs.tail(1, LogKind.RUN, 1)[0].line == f"{number} ***"
    assert [each.line for each in logs.read(1, LogKind.RUN)] == [f"{n} ***" for n in range(50)]


def test_an_app_that_prints_in_a_loop_costs_few_transactions(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    log = space_logs(database).begin(1, LogKind.RUN, masked=[])
    with closing(sqlite3.connect(database.path)) as other:
        changed, seen = 0, None
        for number in range(3000):
            log(f"line {number}")
            [now] = other.execute("PRAGMA data_version").fetchone()
            changed, seen = changed + (now != seen), now
    assert changed < 300


def space_logs(database: Database) -> SpaceLogs:
    database.create("CREATE TABLE IF NOT EXISTS spaces (id INTEGER PRIMARY KEY)")
    database.execute("INSERT INTO spaces VALUES (1)")
    return SpaceLogs(database)


def test_a_service_s_lines_come_in_the_order_in_which_they_were_written(tmp_path):
    database = Database(tmp_path / "state.sqlite")
    database.create("CREATE TABLE IF NOT EXISTS render_services (number INTEGER PRIMARY KEY)")
    database.execute("INSERT INTO render_services VALUES (1)")
    logs = Logs(database)
    for number in range(20):
        for service in (1, 2):  # there is no other
            logs.append(service, (LogType.APP, "info", "i", f"line {number}"))
    asked = LogQuery(services=[1, 2], start="", end="9", backward=False, limit=100)
    found, more = logs.find(asked)
    assert [each.message for each in found] == [f"line {n}" for n in range(20)]
    assert not more
