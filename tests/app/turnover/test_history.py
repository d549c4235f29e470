"""The predictions' history: in a real PostgreSQL server, and never in the way of an answer."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from app.turnover.src.history import History, Prediction
from tests.app.app_process import free_port
from tests.app.turnover.conftest import COMMIT, KEY

POSTGRES = shutil.which("postgres") or next(
    map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))), None
)
needs_postgres = pytest.mark.skipif(POSTGRES is None, reason="no PostgreSQL server is installed")
HEADERS = {"X-API-Key": KEY}


class Server:
    """A PostgreSQL server of this test's own, that can be stopped and started again."""

    def __init__(self, folder):
        self._programs = Path(POSTGRES).resolve().parent
        # It refuses to run as root, so root lends it a user.
        self._user = "postgres" if os.getuid() == 0 else None
        self._folder, self._port, self._process = folder, free_port(), None
        self.url = f"postgresql://ml_user:canary@127.0.0.1:{self._port}/postgres"
        if self._user:
            shutil.chown(folder, self._user)
        start = [self._programs / "initdb", "--auth=trust", "--no-sync", "--username=ml_user"]
        subprocess.run(
            [*start, f"--pgdata={folder}/data"],
            user=self._user,
            check=True,
            capture_output=True,
            cwd="/",
        )

    def start(self):
        options = [f"-p{self._port}", "-h127.0.0.1", f"-k{self._folder}", "-F"]
        self._process = subprocess.Popen(
            [self._programs / "postgres", *options, f"-D{self._folder}/data"],
            user=self._user,
            cwd="/",
            stderr=subprocess.DEVNULL,
        )

    def stop(self):
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)  # at once, whoever is connected
            self._process.wait(timeout=60)

    def rows(self, count):
        """The rows, once there are that many."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with psycopg.connect(self.url) as connection:
                    found = connection.execute(
                        "select prediction, probability, revision, employee from prediction"
                        " order by id"
                    ).fetchall()
            except psycopg.Error:
                found = []
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{len(found)} rows instead of {count}")


@pytest.fixture
def server():
    with tempfile.TemporaryDirectory() as folder:
        made = Server(folder)
        yield made
        made.stop()


@needs_postgres
def test_each_prediction_becomes_a_row(server, serve, payload):
    server.start()
    client = serve(database_url=server.url)
    said = client.post("/predict", json=payload, headers=HEADERS).json()
    [(prediction, probability, revision, employee)] = server.rows(1)
    assert {"prediction": prediction, "probability": probability} == said
    assert revision == COMMIT
    assert employee["age"] == payload["age"]


@needs_postgres
def test_what_is_predicted_while_the_database_is_away_is_written_when_it_comes(server):
    history = History(server.url, sleep=lambda _seconds: time.sleep(0.05))
    for number in range(3):
        history.add(Prediction(datetime.now(UTC), {"age": 1.0}, "Oui", number / 10, COMMIT))
    server.start()
    assert [row[1] for row in server.rows(3)] == [0.0, 0.1, 0.2]


@needs_postgres
def test_a_row_whose_answer_was_lost_is_not_written_twice(server, monkeypatch):
    lost = []

    class Connection(psycopg.Connection):
        """The first row's answer never comes."""

        def execute(self, query, params=None, **options):
            done = super().execute(query, params, **options)
            if params and not lost:
                lost.append(query)
                raise psycopg.OperationalError
            return done

    monkeypatch.setattr(psycopg, "connect", Connection.connect)
    server.start()
    history = History(server.url, sleep=lambda _seconds: time.sleep(0.05))
    for number in range(2):
        history.add(Prediction(datetime.now(UTC), {"age": 1.0}, "Oui", number / 10, COMMIT))
    assert [row[1] for row in server.rows(2)] == [0.0, 0.1]
    assert lost


def test_the_api_answers_at_once_with_the_database_down(serve, payload, caplog):
    client = serve(database_url="postgresql://ml_user:password-canary@127.0.0.1:9/none")
    started = time.monotonic()
    for _ in range(20):
        assert client.post("/predict", json=payload, headers=HEADERS).status_code == 200
    assert time.monotonic() - started < 5
    deadline = time.monotonic() + 60
    while "does not answer" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.02)
    assert caplog.text.count("does not answer") == 1
    assert "canary" not in caplog.text
