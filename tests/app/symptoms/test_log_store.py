"""No entry is lost while Redis is away, none kept twice, and never more than there is room for."""

import threading
from contextlib import contextmanager

import fakeredis
import pytest
import redis

from app.symptoms.src.logs_pipeline.entry import LogEntry
from app.symptoms.src.logs_pipeline.store import KEY, LogStore
from tests.app.app_process import free_port


@contextmanager
def redis_server(port):
    server = fakeredis.TcpFakeServer(("127.0.0.1", port), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def port():
    return free_port()


def entry(number):
    return LogEntry.of("POST", "/predict", 200, float(number), "allergy", 0.5)


def numbers(store, count=100):
    return [each.duration_ms for each in store.latest(count)]


def url(port):
    return f"redis://127.0.0.1:{port}"


def test_entries_lie_in_redis_the_newest_first(port):
    with redis_server(port):
        store = LogStore(url(port), 100)
        assert store.kind() == "redis"
        for i in range(3):
            assert store.add(entry(i)) == "redis"
        assert numbers(store) == [2, 1, 0]
        assert numbers(store, 2) == [2, 1]
        assert redis.Redis(port=port).llen(KEY) == 3


def test_another_api_process_finds_the_log_of_the_former_one(port):
    with redis_server(port):
        LogStore(url(port), 100).add(entry(7))
        assert numbers(LogStore(url(port), 100)) == [7]


@pytest.mark.parametrize("where", ["redis", "memory"])
def test_the_oldest_makes_room(port, where):
    with redis_server(port):
        store = LogStore(url(port) if where == "redis" else "", 5)
        for i in range(12):
            assert store.add(entry(i)) == where
        assert numbers(store) == [11, 10, 9, 8, 7]


def test_what_was_kept_while_redis_was_away_is_moved_there_once_in_order(port):
    store = LogStore(url(port), 100)
    assert store.kind() == "memory"
    assert [store.add(entry(i)) for i in range(2)] == ["memory", "memory"]
    assert numbers(store) == [1, 0]
    with redis_server(port):
        assert store.add(entry(2)) == "redis"
        assert numbers(store) == [2, 1, 0]
        assert redis.Redis(port=port).llen(KEY) == 3


def test_clearing_forgets_both_and_says_how_many(port):
    store = LogStore(url(port), 100)
    store.add(entry(0))
    with redis_server(port):
        LogStore(url(port), 100).add(entry(1))
        assert store.clear() == 2
        assert numbers(store) == []
        assert store.clear() == 0


def test_without_an_address_everything_stays_in_memory():
    store = LogStore("", 10)
    assert store.add(entry(1)) == store.kind() == "memory"
    assert numbers(store) == [1]
    assert store.clear() == 1


def test_a_failing_store_is_said_without_its_address(port, caplog):
    LogStore(f"redis://user:canary-password@127.0.0.1:{port}", 10).add(entry(1))
    assert "entries stay in memory" in caplog.text
    assert "canary-password" not in caplog.text


def test_an_entry_survives_its_way_through_json():
    one = entry(3)
    assert LogEntry.from_dict(one.as_dict()) == one
    refused = LogEntry.of("POST", "/predict", 422, 1.0)
    assert LogEntry.from_dict({**refused.as_dict(), "of_a_later_version": 1}) == refused
    assert [refused.level, LogEntry.of("GET", "/", 500, 1).level] == ["warning", "error"]
