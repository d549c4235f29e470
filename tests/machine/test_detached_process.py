"""A daemon is found again by who started it and by others, and its pid is never mistaken."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from toolchain.detached_process import DetachedProcess
from toolchain.progress import SetupError


def ended(pid):
    """Whether a process is gone, or waits to be collected by init."""
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def until(holds):
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


@pytest.fixture
def sleeper(tmp_path):
    process = DetachedProcess("sleeper", tmp_path)
    process.start(["sleep", "600"], {})
    # What tells a stray is there once the shell that wrote the record has become the program.
    until(lambda: Path(f"/proc/{process.pid()}/cmdline").read_bytes().startswith(b"sleep"))
    yield process
    process.stop(5)


def test_it_runs_in_a_session_of_its_own_and_is_nobodys_child(sleeper, tmp_path):
    pid = sleeper.pid()
    assert pid is not None
    assert os.getsid(pid) != os.getsid(0)
    stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    assert int(stat[1]) != os.getpid()
    assert DetachedProcess("sleeper", tmp_path).pid() == pid, "found by its record"


def test_it_outlives_whoever_started_it(tmp_path):
    program = (
        "import sys; from pathlib import Path\n"
        "from toolchain.detached_process import DetachedProcess\n"
        "DetachedProcess('sleeper', Path(sys.argv[1])).start(['sleep', '600'], {})\n"
    )
    # Its output is a pipe: were it inherited, this would wait for ten minutes.
    subprocess.run([sys.executable, "-c", program, tmp_path], check=True, stdout=subprocess.PIPE)
    process = DetachedProcess("sleeper", tmp_path)
    assert process.alive()
    process.stop(5)
    assert not process.alive()


def test_a_killed_one_is_dead_and_starts_again(sleeper):
    first = sleeper.pid()
    os.kill(first, signal.SIGKILL)
    until(lambda: not sleeper.alive())
    sleeper.start(["sleep", "600"], {})
    assert sleeper.pid() not in (None, first)


def test_one_that_lost_its_record_gives_way_to_the_next(sleeper, tmp_path):
    """As when the cache folder is removed under it; another folder's is left alone."""
    other = DetachedProcess("sleeper", tmp_path / "elsewhere")
    other.start(["sleep", "600"], {})
    first = sleeper.pid()
    (tmp_path / "sleeper.json").unlink()
    assert not sleeper.alive()
    sleeper.start(["sleep", "600"], {})
    assert sleeper.alive()
    assert ended(first)
    assert other.alive()
    other.stop(5)


def test_one_that_lost_its_record_can_be_stopped(sleeper, tmp_path):
    pid = sleeper.pid()
    (tmp_path / "sleeper.json").unlink()
    sleeper.stop(5)
    assert ended(pid)


def test_what_it_starts_itself_is_no_stray(tmp_path):
    """It inherits the mark, and may well be somebody's work: an app beside its engine."""
    process = DetachedProcess("parent", tmp_path)
    process.start(["sh", "-c", "sleep 600 & echo $! >&2; wait"], {})
    until(lambda: process.log.read_text().strip())
    child = int(process.log.read_text())
    os.kill(process.pid(), signal.SIGKILL)
    process.start(["sleep", "600"], {})
    try:
        os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)
        process.stop(5)


@pytest.mark.parametrize("field", ["start_time", "boot"])
def test_another_process_with_its_pid_is_not_it(sleeper, tmp_path, field):
    record = tmp_path / "sleeper.json"
    kept = record.read_text()
    record.write_text(json.dumps({**json.loads(kept), field: "other"}))
    assert not sleeper.alive()
    sleeper.stop(1)  # ends nothing that is not known to be ours
    record.write_text(kept)
    assert sleeper.alive()


def test_one_that_lives_and_is_slow_is_waited_for(sleeper):
    answers, waited = iter([False, False, True]), []
    assert sleeper.serves(lambda: next(answers), 10, lambda: waited.append(1))
    assert waited == [1]
    assert not sleeper.serves(lambda: False, 0.1, lambda: None)
    with pytest.raises(SetupError, match=r"process \d+\).*left alone"):
        sleeper.refuse_to_stop()
    assert sleeper.alive()
    sleeper.stop(5)
    assert not sleeper.serves(lambda: True, 10, lambda: None)
    sleeper.refuse_to_stop()  # nothing lives that could be anybody's


def test_one_whose_starter_was_killed_is_known_all_the_same(tmp_path, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    process = DetachedProcess("sleeper", tmp_path)
    # The module's own name alone: other tests' servers run in this process and ask the time too.
    clock = SimpleNamespace(monotonic=killed, sleep=time.sleep)
    monkeypatch.setattr("toolchain.detached_process.time", clock)
    with pytest.raises(KeyboardInterrupt):
        process.start(["sleep", "600"], {})
    monkeypatch.undo()
    until(process.alive)
    process.stop(5)


def test_one_that_ignores_sigterm_is_killed(tmp_path):
    process = DetachedProcess("stubborn", tmp_path)
    process.start(["sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"], {})
    time.sleep(0.2)
    process.stop(0.5)
    assert not process.alive()


def test_one_that_ends_at_once_is_reported_with_its_log(tmp_path):
    process = DetachedProcess("failing", tmp_path)

    def bring_up():  # on a busy machine it has ended before `start` looks
        process.start(["sh", "-c", "echo the reason >&2; sleep 0.2; exit 1"], {})
        process.wait_until(lambda: False, 60)

    with pytest.raises(SetupError, match=r"failing ended.*\n.*the reason"):
        bring_up()


def test_one_that_is_never_ready_is_reported(sleeper):
    with pytest.raises(SetupError, match="sleeper was not ready within 0 s"):
        sleeper.wait_until(lambda: False, 0.1)
