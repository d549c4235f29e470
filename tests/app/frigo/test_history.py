"""Where exchanges are kept: in memory, or in a real PostgreSQL server started for the test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from app.frigo.kitchen.history import Exchange, HistoryError, MemoryHistory, open_history
from app.frigo.kitchen.settings import SettingsError
from tests.app.app_process import free_port

POSTGRES = shutil.which("postgres")
needs_postgres = pytest.mark.skipif(POSTGRES is None, reason="no PostgreSQL server is installed")


@pytest.fixture(scope="module")
def database():
    """Address of a fresh server; it refuses to run as root, so root lends it a user."""
    programs = Path(POSTGRES).resolve().parent
    user = "postgres" if os.getuid() == 0 else None
    with tempfile.TemporaryDirectory() as folder:
        if user:
            shutil.chown(folder, user)
        start = [programs / "initdb", "--auth=trust", "--no-sync", "--username=kitchen"]
        subprocess.run(
            [*start, f"--pgdata={folder}/data"], user=user, check=True, capture_output=True, cwd="/"
        )
        port = free_port()
        options = [f"-p{port}", "-hlocalhost", f"-k{folder}", "-F", f"-D{folder}/data"]
        server = subprocess.Popen(
            [programs / "postgres", *options], user=user, cwd="/", stderr=subprocess.DEVNULL
        )
        url = f"postgresql://kitchen:canary@localhost:{port}/postgres"
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    psycopg.connect(url).close()
                    break
                except psycopg.OperationalError:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # at once, whoever is connected
            server.wait(timeout=60)


@pytest.fixture
def answering(chain, start):
    """Starts apps in front of the running chat and AI services."""

    def _start(**variables):
        app = start("app", CHAT_API_URL=chain.chat.url, IA_SERVICE_URL=chain.gpt.url, **variables)
        app.wait_until(200)
        return app

    return _start


def test_without_a_database_exchanges_last_as_long_as_the_process(answering, weights_sha256):
    app = answering()
    assert app.get("/health").json()["history"] == "memory"
    for question in ("How do I make pancakes?", "Where should I keep apples?"):
        assert app.post("/api/chat", {"message": question}).json()["kept"]
    body = app.get("/api/history").json()
    assert body["store"] == "memory"
    newest, oldest = body["exchanges"]
    assert newest["question"] == "Where should I keep apples?"
    assert oldest["question"] == "How do I make pancakes?"
    assert oldest["reply"]
    assert oldest["sha256"] == weights_sha256


def test_memory_is_bounded():
    history = MemoryHistory()
    for i in range(1000):
        history.add("ann", i)
    assert history.latest("ann", 2) == [999, 998]
    assert len(history.latest("ann", 1000)) == 200
    assert history.latest("bob", 1000) == []


@needs_postgres
def test_in_a_database_exchanges_outlive_the_process(answering, database):
    first = answering(DATABASE_URL=database)
    assert first.get("/health").json()["history"] == "postgres"
    question = "What is 'it'; drop table conversation?"
    reply = first.post("/api/chat", {"message": question}).json()
    assert reply["kept"]
    first.terminate()
    second = answering(DATABASE_URL=database)
    second.browser.cookies.update(first.browser.cookies)
    exchange = second.get("/api/history").json()["exchanges"][0]
    assert (exchange["question"], exchange["reply"]) == (question, reply["reply"])
    assert "canary" not in first.output() + second.output()


def test_a_history_is_its_sessions_alone(answering):
    app = answering()
    app.post("/api/chat", {"message": "How do I make pancakes?"})
    own = app.get("/api/history")
    assert [each["question"] for each in own.json()["exchanges"]] == ["How do I make pancakes?"]
    for cookies in ({}, {"kitchen_session": "f" * 32}, {"kitchen_session": "' or 1=1 --"}):
        other = httpx.get(f"{app.url}/api/history", cookies=cookies)
        assert other.json()["exchanges"] == []
    [cookie] = [each for each in app.browser.cookies.jar if each.name == "kitchen_session"]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert (
        "Secure" in httpx.get(app.url, headers={"X-Forwarded-Proto": "https"}).headers["set-cookie"]
    )


@needs_postgres
def test_a_table_from_before_sessions_is_taken_over_with_what_it_holds(answering, database):
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("drop table if exists conversation")
        connection.execute(
            "create table conversation (id bigint generated always as identity primary key,"
            " asked_at timestamptz not null, question text not null, reply text not null,"
            " model text not null, sha256 text not null)"
        )
        connection.execute(
            "insert into conversation (asked_at, question, reply, model, sha256)"
            " values (now(), 'old', 'reply', 'tiny', '')"
        )
    app = answering(DATABASE_URL=database)
    assert app.post("/api/chat", {"message": "Any ideas?"}).json()["kept"]
    assert [each["question"] for each in app.get("/api/history").json()["exchanges"]] == [
        "Any ideas?"
    ]
    with psycopg.connect(database) as connection:
        [count] = connection.execute("select count(*) from conversation").fetchone()
    assert count == 2


@needs_postgres
def test_who_asks_first_after_the_database_was_restarted_notices_nothing(answering, database):
    app = answering(DATABASE_URL=database)
    assert app.post("/api/chat", {"message": "Any ideas?"}).json()["kept"]
    end_connections(database)
    assert app.get("/api/history").status_code == 200
    end_connections(database)
    assert app.post("/api/chat", {"message": "Any more?"}).json()["kept"]
    questions = [each["question"] for each in app.get("/api/history").json()["exchanges"]]
    assert questions == ["Any more?", "Any ideas?"]


def end_connections(database):
    """As a restart of the server does; returns when they have ended."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid, 20000) from pg_stat_activity"
            " where backend_type = 'client backend' and pid <> pg_backend_pid()"
        )


@needs_postgres
def test_a_database_that_vanishes_holds_up_nobody_for_minutes(database):
    history = open_history(database)
    history.latest("ann", 1)
    with socket.socket(fileno=os.dup(history._connection.fileno())) as used:
        milliseconds = used.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    assert 0 < milliseconds <= 5000


def test_what_may_have_been_carried_out_is_not_done_again(monkeypatch):
    made = []

    class Connection:
        """To a server that keeps what it is given and goes away before it says so."""

        description = None

        def execute(self, statement, values=None):
            if statement.startswith("insert"):
                made.append(values["question"])
                raise psycopg.OperationalError
            return self

        def close(self):
            pass

    monkeypatch.setattr(psycopg, "connect", lambda *_, **__: Connection())
    history = open_history("postgresql://kitchen@db/kitchen")
    for question in ("Any ideas?", "Any more?"):
        with pytest.raises(HistoryError):
            history.add("ann", Exchange(datetime.now(UTC), question, "Leeks.", "tiny", ""))
    assert made == ["Any ideas?", "Any more?"]


def test_a_database_that_is_away_costs_the_history_and_not_the_answer(answering):
    app = answering(DATABASE_URL="postgresql://kitchen:canary@127.0.0.1:9/kitchen")
    answer = app.post("/api/chat", {"message": "How do I make pancakes?"})
    assert answer.status_code == 200
    assert answer.json()["reply"]
    assert answer.json()["kept"] is False
    assert app.get("/api/history").status_code == 503
    assert "canary" not in app.output() + app.get("/api/history").text


def test_another_kind_of_database_is_refused_at_the_start():
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        open_history("mysql://kitchen@db/kitchen")
