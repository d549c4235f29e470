"""However many processes come, go and are killed: daemons that one of them holds are left alone.

The bookkeeping is the real one; the daemons are small programs in their place, so that many come
and go within seconds. What real daemons do is told in private_engine_scenario.py.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from toolchain.detached_process import DetachedProcess

VISITOR = """\
import os, random, sys, time
from unittest.mock import Mock
from toolchain.engine import private_engine
from toolchain.detached_process import DetachedProcess
from toolchain.engine.private_engine import start_private_engine, stop_private_engine_if_unused
from toolchain.progress import Progress

class Daemon:
    host = address = "unix:///nowhere"

    def __init__(self, folder, *_):
        self.process = DetachedProcess("daemon", folder)

    def ensure(self, *_, held=False, **_more):
        slow = iter([random.random() < 0.5, False])
        if self.process.serves(lambda: not next(slow), 10, lambda: None):
            return "127.0.0.1:1"
        if held:
            self.process.refuse_to_stop()
        self.process.start(["sleep", "60"], {})
        return "127.0.0.1:1"

    def alive(self):
        return self.process.alive()

    def stop(self):
        self.process.stop(5)

class Images:
    def __init__(self, *_): pass
    def ensure(self, *_): return ()

for name in ("Dockerd", "Buildkitd", "Registry"):
    setattr(private_engine, name, Daemon)
private_engine.BaseImages = Images
private_engine.Mirror = Mock()
private_engine.Mirror.return_value.alive.return_value = False
private_engine.ensure_packages = lambda _: None
private_engine.ensure_programs = Mock()
bridge = Mock(address="10.1.0.1", prefix_length=24)  # nothing is made of it
private_engine.choose_bridge = Mock(return_value=bridge)
private_engine.build_network = lambda *_: None
private_engine.lower_build_network = Mock()
private_engine.choose_iptables = lambda: ("iptables",)

progress = Progress()
daemon = DetachedProcess("daemon", private_engine._folder() / "buildkit")
for _ in range(int(sys.argv[1])):
    _, lease = start_private_engine(progress)
    held = daemon.pid()
    until = time.monotonic() + random.random() / 4
    while True:
        assert held is not None and daemon.pid() == held, "it was stopped while it was held"
        if time.monotonic() > until:
            break
        time.sleep(0.002)
    lease.release()
    stop_private_engine_if_unused(progress)
    time.sleep(random.random() / 10)
"""


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    yield tmp_path / "slipway"
    for record in tmp_path.rglob("daemon.json"):
        DetachedProcess("daemon", record.parent).stop(5)


def visitor(rounds):
    return subprocess.Popen(
        [sys.executable, "-c", VISITOR, str(rounds)],
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_daemon_that_somebody_holds_is_never_stopped_and_an_unused_one_is(cache):
    crowd, doomed = [visitor(8) for _ in range(5)], visitor(10_000)
    deadline = time.monotonic() + 30
    while not list(cache.rglob("*.lease")) and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.5)
    doomed.send_signal(signal.SIGKILL)  # whatever it did: its lease ends with it
    doomed.communicate()
    said = [each.communicate(timeout=120)[1] for each in crowd]
    assert [each.returncode for each in crowd] == [0] * len(crowd), "\n".join(said)

    last = visitor(1)
    assert last.wait(60) == 0, last.stderr.read()
    assert list(cache.rglob("daemon.log"))
    assert not list(cache.rglob("daemon.json")), "each was stopped in order"
