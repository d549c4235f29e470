"""A build's client ends when told, whatever it prints, and never outlives who started it."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from sandbox.machine.builders.client_program import run_client
from sandbox.machine.contract import wanted_to_the_end
from tests.sandbox.spaces.silent_build import lives, silent

SECOND = 3.0  # one, and what a busy computer adds to it


class UnwantedError(Exception):
    """Nobody wants the build any more."""


def python(code: str) -> list[str]:
    return [sys.executable, "-u", "-c", code]


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_lines_and_exit_code_arrive_whole():
    lines = []
    code = "import os, sys\nprint('one'); os.write(2, b'ERROR: no such\\n'); sys.exit(7)"
    ended = run_client(python(code), {}, lines.append, wanted_to_the_end)
    assert lines == ["one", "ERROR: no such"]
    assert (ended.exit_code, ended.error()) == (7, "no such")


def test_variables_reach_it_and_no_argument_shows_them():
    lines = []
    run_client(python("import os; print(os.environ['KEY'])"), {"KEY": "v"}, lines.append, list)
    assert lines == ["v"]


@pytest.mark.parametrize("printing", [False, True])
def test_it_ends_with_all_it_started_within_a_second_of_being_told(tmp_path, printing):
    pid, told = tmp_path / "pid", []
    code = silent(pid)
    if printing:
        code = code.replace("time.sleep(3600)\n", "while True: print('x' * 100)\n")

    def check() -> None:
        if pid.exists():
            told.append(time.monotonic())
            raise UnwantedError

    with pytest.raises(UnwantedError):
        run_client(python(code), {}, lambda _: None, check)
    assert time.monotonic() - told[0] < SECOND
    assert not lives(pid)


def test_a_log_that_fails_ends_it_too(tmp_path):
    pid = tmp_path / "pid"

    def log(_line: str) -> None:
        wait_for(pid)
        raise UnwantedError

    with pytest.raises(UnwantedError):
        run_client(python(f"print('begun')\n{silent(pid)}"), {}, log, wanted_to_the_end)
    assert not lives(pid)


def test_what_a_client_leaves_running_ends_with_it(tmp_path):
    code = silent(tmp_path / "pid").replace("time.sleep(3600)\n", "", 2)
    code = code.replace("import time; ", "import time; time.sleep(3600)")
    run_client(python(code), {}, lambda _: None, wanted_to_the_end)
    assert not lives(tmp_path / "pid")


def test_threads_of_many_builds_end_with_them():
    before = threading.active_count()
    for _ in range(3):
        run_client(python("print('x' * 1000000)"), {}, lambda _: None, wanted_to_the_end)
    assert threading.active_count() <= before  # those of others may end meanwhile


def test_it_does_not_outlive_a_server_that_is_killed(tmp_path):
    pid = tmp_path / "pid"
    server = textwrap.dedent(f"""
        import sys
        from sandbox.machine.builders.client_program import run_client
        run_client([sys.executable, "-c", {silent(pid)!r}], {{}}, print, lambda: None)
    """)
    root = Path(__file__).parents[2]
    started = subprocess.Popen([sys.executable, "-c", server], cwd=root)
    try:
        wait_for(pid)
        assert lives(pid)
    finally:
        os.kill(started.pid, signal.SIGKILL)
        started.wait()
    deadline = time.monotonic() + SECOND
    while lives(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)
