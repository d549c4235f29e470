"""A lock is taken from a dead engine of this host alone."""

import json
import os
import socket
import subprocess
import sys

import pytest

from sandbox.deployment import Pulumi
from sandbox.home import Home


@pytest.fixture
def pulumi(tmp_path):
    """A Pulumi whose calls are recorded instead of made."""

    class Recorded(Pulumi):
        def read(self, *arguments):
            calls.append(arguments)
            return ""

    calls = []
    made = Recorded(Home(tmp_path / "home", tmp_path), {})
    return made, calls


def lock(pulumi, pid, hostname=None):
    folder = pulumi.home.backend / ".pulumi/locks/organization/slipway/dev"
    folder.mkdir(parents=True, exist_ok=True)
    content = {"pid": pid, "username": "u", "hostname": hostname or socket.gethostname()}
    (folder / "lock.json").write_text(json.dumps(content))


def dead_pid():
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_a_lock_of_a_dead_engine_is_released_and_said(pulumi):
    made, calls = pulumi
    pid = dead_pid()
    lock(made, pid)
    assert f"process {pid}" in made.release_stale_lock("dev")
    assert calls == [("cancel", "--yes", "--stack", "dev")]


def test_a_number_that_another_program_got_since_counts_as_dead(pulumi):
    made, calls = pulumi
    lock(made, os.getpid())  # this test lives and is no engine
    assert made.release_stale_lock("dev")
    assert calls


def test_a_lock_of_another_host_is_left_alone(pulumi):
    made, calls = pulumi
    lock(made, dead_pid(), hostname="elsewhere")
    assert made.release_stale_lock("dev") is None
    assert calls == []


def test_a_lock_of_a_living_engine_is_left_alone(pulumi):
    made, calls = pulumi
    with subprocess.Popen(
        ["pulumi-like", "-c", "import time; time.sleep(30)"], executable=sys.executable
    ) as living:
        lock(made, living.pid)
        assert made.release_stale_lock("dev") is None
        living.kill()
    assert calls == []


def test_no_lock_is_nothing_to_say(pulumi):
    made, calls = pulumi
    assert made.release_stale_lock("dev") is None
    assert calls == []
