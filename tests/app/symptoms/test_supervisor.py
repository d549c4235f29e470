"""The supervisor: in order, all or none, and nothing is left behind."""

import json
import os
import signal
import socket
import threading
import time
from functools import partial

import pytest

from app.symptoms.src.supervisor import (
    Program,
    Supervisor,
    answers_http,
    answers_redis,
    programs,
)
from tests.app.app_process import free_port

SECONDS = 20


class House:
    """Programs that are shell scripts; each says it runs by a file, and one can be told to end."""

    def __init__(self, folder):
        self.folder = folder

    def file(self, name):
        return self.folder / name

    def program(self, name, after="sleep 600", *, ready=True, **options):
        """Notes its start and its group, then runs `after`."""
        script = f'echo {name} >> order; echo $$ > {name}.pid; echo "$CANARY" > {name}.env; {after}'
        return Program(
            name,
            ("sh", "-c", f"cd {self.folder}; {script}"),
            self.file(f"{name}.env").exists if ready else lambda: False,
            **options,
        )

    def order(self):
        return self.file("order").read_text().split()

    def alive(self, name):
        try:
            os.kill(int(self.file(f"{name}.pid").read_text()), 0)
        except (ProcessLookupError, FileNotFoundError):
            return False
        return True


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def wait_for(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


class Running:
    """A supervisor in a thread of its own, as long as it lasts."""

    def __init__(self, *given, stop_seconds=6.0):
        self.supervisor = Supervisor(given, stop_seconds)
        self.status = None
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self):
        self.status = self.supervisor.run()

    def ended(self):
        self.thread.join(SECONDS)
        assert not self.thread.is_alive()
        return self.status


def test_each_is_started_when_the_one_before_it_answers_and_asking_ends_all(house):
    names = ["first", "second", "third"]
    running = Running(*map(house.program, names))
    wait_for(house.file("third.env").exists)
    assert house.order() == names
    assert all(map(house.alive, names))
    running.supervisor.stop()
    assert running.ended() == 0
    assert not any(map(house.alive, names))


def test_nothing_is_started_before_what_it_needs_is_ready(house):
    running = Running(house.program("first", ready=False), house.program("second"))
    wait_for(house.file("first.env").exists)
    running.supervisor.stop()
    assert running.ended() == 0
    assert house.order() == ["first"]


@pytest.mark.parametrize("which", ["first", "second", "third"])
@pytest.mark.parametrize(
    ("after", "status"), [("exit 7", 7), ("exit 0", 1), ("kill -KILL $$", 128 + signal.SIGKILL)]
)
def test_when_one_ends_all_end_and_the_status_is_its_own_but_never_0(house, which, after, status):
    def ends_later(name):
        wait = f"while ! [ -e end ]; do sleep 0.02; done; {after}"
        return house.program(name, wait if name == which else "sleep 600")

    names = ["first", "second", "third"]
    running = Running(*map(ends_later, names))
    wait_for(house.file("third.env").exists)
    house.file("end").touch()
    assert running.ended() == status
    assert not any(map(house.alive, names))


def test_one_that_ends_before_it_is_ready_is_not_waited_for(house, capfd):
    running = Running(
        house.program("first"),
        house.program("second", "exit 3", ready=False),
        house.program("third"),
    )
    assert running.ended() == 3
    assert house.order() == ["first", "second"]
    assert not house.alive("first")
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert lines[-1]["message"] == "supervisor: ended with status 3"
    assert lines[-1]["program"] == "second"


def test_one_that_never_gets_ready_ends_all_after_its_time(house, capfd):
    running = Running(
        house.program("first"), house.program("second", ready=False, ready_seconds=0.3)
    )
    assert running.ended() == 1
    assert not house.alive("second")
    assert '"supervisor: not ready after 0.3 s"' in capfd.readouterr().out


def test_one_that_ignores_the_request_is_killed_in_time(house):
    running = Running(
        house.program("deaf", "trap '' TERM; while :; do sleep 0.1; done"), stop_seconds=0.5
    )
    wait_for(house.file("deaf.env").exists)
    started = time.monotonic()
    running.supervisor.stop()
    assert running.ended() == 0
    assert time.monotonic() - started < 5
    assert not house.alive("deaf")


def test_what_a_program_started_itself_goes_with_it(house):
    running = Running(
        house.program("parent", "sleep 600 & echo $! > child.pid; touch started; wait", ready=True)
    )
    wait_for(house.file("started").exists)
    assert house.alive("child")
    running.supervisor.stop()
    assert running.ended() == 0
    wait_for(lambda: not house.alive("child"))


def test_a_program_that_cannot_be_started_ends_those_that_run(house):
    missing = Program("missing", ("no-such-program-anywhere",), lambda: True)
    supervisor = Supervisor([house.program("first"), missing])
    with pytest.raises(FileNotFoundError):
        supervisor.run()
    assert not house.alive("first")


def test_variables_reach_who_may_have_them(house, monkeypatch):
    monkeypatch.setenv("CANARY", "secret")
    running = Running(
        house.program("store", inherits=False),
        house.program("api"),
        house.program("ui", variables={"CANARY": "own"}),
    )
    wait_for(house.file("ui.env").exists)
    running.supervisor.stop()
    running.ended()
    said = [house.file(f"{name}.env").read_text().strip() for name in ("store", "api", "ui")]
    assert said == ["", "secret", "own"]


def test_the_container_runs_redis_then_the_api_then_the_page_on_the_guides_ports():
    redis, api, ui = programs({})
    assert (redis.name, api.name, ui.name) == ("redis", "api", "ui")
    assert redis.command[:5] == ("redis-server", "--bind", "127.0.0.1", "--port", "6379")
    assert not redis.inherits
    assert api.command[1:] == ("-m", "src.api")
    assert api.variables == {"REDIS_URL": "redis://localhost:6379"}
    assert ui.command[1:] == ("-m", "src.ui")  # never the developers' page
    assert ui.variables == {"API_URL": "http://localhost:8000"}


def test_ports_follow_the_variables():
    redis, api, ui = programs({"API_PORT": "8001", "REDIS_URL": "redis://localhost:6380"})
    assert "6380" in redis.command
    assert api.variables == {"REDIS_URL": "redis://localhost:6380"}
    assert ui.variables == {"API_URL": "http://localhost:8001"}


def answering(reply):
    """A server that says the same to the first who asks; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with server:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(reply)

    threading.Thread(target=serve, daemon=True).start()
    return server.getsockname()[1]


@pytest.mark.parametrize(
    ("reply", "good"),
    [(b"+PONG\r\n", True), (b"-LOADING Redis is loading\r\n", False), (b"", False)],
)
def test_redis_is_ready_when_it_says_pong_not_when_its_port_is_open(reply, good):
    assert answers_redis("127.0.0.1", answering(reply)) is good


@pytest.mark.parametrize(("status", "good"), [("200 OK", True), ("503 No", False), ("", False)])
def test_a_web_server_is_ready_when_it_answers_2xx(status, good):
    reply = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode() if status else b""
    assert answers_http(f"http://127.0.0.1:{answering(reply)}/health") is good


@pytest.mark.parametrize("ask", [partial(answers_redis, "127.0.0.1"), None])
def test_nobody_there_is_not_ready(ask):
    port = free_port()
    assert not (ask(port) if ask else answers_http(f"http://127.0.0.1:{port}/"))


def test_it_says_what_it_does_in_lines_of_json(house, capfd):
    running = Running(house.program("only"))
    said = ""
    while "all ready" not in said and running.thread.is_alive():
        said += capfd.readouterr().out
        time.sleep(0.01)
    running.supervisor.stop()
    running.ended()
    said += capfd.readouterr().out
    assert [json.loads(line)["message"] for line in said.splitlines()] == [
        "supervisor: started",
        "supervisor: ready",
        "supervisor: all ready",
        "supervisor: stopping",
    ]
