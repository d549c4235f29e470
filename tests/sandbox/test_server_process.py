"""One server per home: found, waited for and ended, whatever happened to the one before."""

import fcntl
import json
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from sandbox.machine.host_ports import free_port
from sandbox.server import serve
from sandbox.server.home import Home
from sandbox.server.process import (
    ensure_server,
    is_running,
    running_server,
    runs_containers,
    stop_server,
    stop_without_engine,
)
from toolchain.progress import Progress, SetupError

CHECKOUT = Path(__file__).resolve().parents[2]

# The real `serve` with nothing to serve; each part says when it is taken down.
SERVE = """
import sys, time
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from sandbox.machine.host_ports import free_port
from sandbox.server import serve
from sandbox.server.home import Home
from sandbox.server.options import Options
from sandbox.server.place import Platform

folder = Path(sys.argv[1])
log = lambda text: (folder / "ended").open("a").write(text + "\\n")

@contextmanager
def engine(_progress):
    time.sleep(float(sys.argv[2]))
    try:
        address = SimpleNamespace(bind_host="127.0.0.1", public_range=None, buildkit=None)
        yield SimpleNamespace(address=address, lease=folder / "held.lease")
    finally:
        log("engine")

async def app(scope, receive, send):
    pass

port = Home(folder).identity().hub_port
platform = Platform("hub", port, app, start=lambda: None, stop=lambda: log("spaces"))
serve.ensure_engine, serve.note_home = engine, lambda _home: None
serve.DockerMachine = lambda *_: SimpleNamespace(
    inside_host="127.0.0.1", close=lambda: log("machine")
)
serve.compose = lambda *_, **__: [platform]
serve.serve(Home(folder), Options())
"""


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "home")
    made.identity()
    return made


@pytest.fixture
def start(home):
    started = []

    def run(engine_seconds=0.0, before=()):
        command = [sys.executable, "-c", SERVE, str(home.folder), str(engine_seconds)]
        started.append(subprocess.Popen([*before, *command], cwd=CHECKOUT))
        wait_until(lambda: is_running(home))
        return started[-1]

    yield run
    for process in started:
        process.kill()
        process.wait()


def test_stopping_takes_down_everything_that_the_server_runs(home, start):
    process = start()
    wait_until(lambda: running_server(home))
    assert runs_containers(home)
    assert stop_server(home)
    assert not runs_containers(home)
    assert process.wait(10) == 0
    assert (home.folder / "ended").read_text().split() == ["spaces", "machine", "engine"]
    assert not home.server_file.exists()


def test_a_shells_small_limit_of_open_files_is_no_limit_of_the_sandbox(home, start):
    # A shell's own: this process has its files open already, and may have more than 600.
    process = start(before=("sh", "-c", 'ulimit -S -n 600; exec "$@"', "sh"))
    wait_until(lambda: running_server(home))
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert resource.prlimit(process.pid, resource.RLIMIT_NOFILE) == (hard, hard)


def test_a_server_that_is_still_starting_is_stopped_too(home, start):
    process = start(engine_seconds=1.0)
    assert running_server(home) is None
    assert stop_server(home)
    assert process.wait(10) == 0


def test_a_start_that_is_ended_gives_the_engine_back(home, start):
    process = start(engine_seconds=30.0)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert not is_running(home)


def test_what_a_killed_server_left_leads_to_no_other_process(home, start):
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as bystander:
        home.server_lock.touch()
        home.server_file.write_text(json.dumps({"pid": str(bystander.pid), "code": ""}))
        assert not stop_server(home)
        start(engine_seconds=1.0)
        time.sleep(0.2)  # it has the lock
        assert running_server(home) is None
        assert bystander.poll() is None
        bystander.kill()


def test_somebody_who_looks_is_not_taken_for_a_server(home):
    home.server_lock.touch()
    with home.server_lock.open() as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        assert not is_running(home)


def test_where_nothing_ever_ran_there_is_nothing_to_stop(tmp_path):
    assert not stop_server(Home(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_the_home_is_closed_to_other_users(home):
    assert home.folder.stat().st_mode & 0o077 == 0


def wait_until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


def test_the_server_that_is_wanted_runs_and_one_of_other_options_is_started_anew(home, tmp_path):
    progress, plain = Progress(), ["--no-containers"]
    stamp = tmp_path / "requirements.txt"
    stamp.write_text("1")
    try:
        ensure_server(home, progress, plain, [stamp])
        first = running_server(home)
        ensure_server(home, progress, plain, [stamp])
        assert running_server(home) == first
        ensure_server(home, progress, [*plain, "--organization", "lab"], [stamp])
        second = running_server(home)
        assert second["pid"] != first["pid"]
        stamp.write_text("2")
        ensure_server(home, progress, [*plain, "--organization", "lab"], [stamp])
        assert running_server(home)["pid"] != second["pid"]
        url = f"http://127.0.0.1:{home.identity().hub_port}/api/models"
        assert urllib.request.urlopen(url).read() == b"[]"
    finally:
        assert stop_server(home)
    assert running_server(home) is None


def test_a_server_says_by_which_file_it_holds_the_engine(home, start):
    start()
    wait_until(lambda: running_server(home))
    assert running_server(home)["lease"] == str(home.folder / "held.lease")


def test_a_server_whose_engine_was_deleted_ends_before_there_is_another(home, tmp_path):
    """Its cache folder was removed while it ran."""
    progress, plain = Progress(), ["--no-containers"]
    lease = tmp_path / "some.lease"
    lease.touch()
    try:
        ensure_server(home, progress, plain)
        first = running_server(home)
        home.server_file.write_text(json.dumps(first | {"lease": str(lease)}))
        ensure_server(home, progress, plain)
        assert running_server(home)["pid"] == first["pid"]
        stop_without_engine(home, progress)
        assert running_server(home)["pid"] == first["pid"]
        lease.unlink()
        stop_without_engine(home, progress)
        assert running_server(home) is None
        stop_without_engine(home, progress)
        ensure_server(home, progress, plain)
        assert running_server(home)["pid"] != first["pid"]
    finally:
        assert stop_server(home)


def test_a_server_that_cannot_start_says_why(home):
    with pytest.raises(SetupError, match="hub has no quota called apii"):
        ensure_server(home, Progress(), ["--no-containers", "--quota", "hub.apii=1"])
    assert not is_running(home)


def test_who_calls_a_platform_before_it_is_up_waits_and_is_not_refused():
    """Apps that come up with the sandbox fetch from it in their first second."""
    port = free_port()
    listeners = serve._listen("hub", port, "127.0.0.1")
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as early:
            early.sendall(b"GET / HTTP/1.1\r\n\r\n")  # nobody reads it yet
    finally:
        for each in listeners:
            each.close()
