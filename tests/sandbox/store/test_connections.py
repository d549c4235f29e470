"""Connections end with the threads they belong to."""

import gc
import threading
from pathlib import Path

from sandbox.store.database import Database

THREADS = 20


def opened(folder: Path) -> int:
    """How many files in a folder this process has open."""
    found = 0
    for each in Path("/proc/self/fd").iterdir():
        try:
            found += each.readlink().is_relative_to(folder)
        except OSError:  # closed meanwhile
            continue
    return found


def test_a_thread_that_ends_leaves_no_file_open(tmp_path):
    database = Database(tmp_path / "state.db")
    database.create("CREATE TABLE IF NOT EXISTS things (id INTEGER PRIMARY KEY)")
    before = opened(tmp_path)
    assert before > 0
    gc.disable()  # it is not the collector who closes them
    try:
        for _ in range(THREADS):
            thread = threading.Thread(
                target=database.execute, args=["INSERT INTO things DEFAULT VALUES"]
            )
            thread.start()
            thread.join()
        # SQLite may keep a file that others have locked for the next connection.
        assert opened(tmp_path) <= before + 2
    finally:
        gc.enable()
    [[count]] = database.query("SELECT count(*) FROM things")
    assert count == THREADS
