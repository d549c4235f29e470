"""What stands around the engine: locks of dead ones, its refusals, and its end at a Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doors.deployment import Pulumi, for_people, is_news
from doors.home import Home
from toolchain.progress import SetupError

CHECKOUT = Path(__file__).resolve().parents[2]


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


def test_half_written_attributes_of_a_killed_engine_do_not_stop_the_stack(pulumi):
    made, _ = pulumi
    lock(made, dead_pid())
    folder = made.home.backend / ".pulumi" / "stacks" / "slipway"
    folder.mkdir(parents=True, exist_ok=True)
    whole, torn = folder / "prod.json.attrs", folder / "dev.json.attrs"
    whole.write_text('{"user.content_type": "application/json"}')
    torn.write_text("")
    assert made.release_stale_lock("dev")
    assert (whole.exists(), torn.exists()) == (True, False)


def test_a_number_that_another_program_got_since_counts_as_dead(pulumi):
    made, calls = pulumi
    lock(made, os.getpid())  # this test lives and is no engine, whatever it was started with
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
        while not Path(f"/proc/{living.pid}/cmdline").read_bytes():
            time.sleep(0.01)  # a process is there a moment before its arguments are
        lock(made, living.pid)
        assert made.release_stale_lock("dev") is None
        living.kill()
    assert calls == []


def test_no_lock_is_nothing_to_say(pulumi):
    made, calls = pulumi
    assert made.release_stale_lock("dev") is None
    assert calls == []


def test_a_lock_that_is_being_written_is_left_alone(pulumi):
    made, calls = pulumi
    lock(made, dead_pid())
    (path,) = made.home.backend.rglob("*.json")
    path.write_text('{"pid": 1')
    assert made.release_stale_lock("dev") is None
    assert calls == []


def test_what_pulumi_refuses_is_told_in_its_own_words(tmp_path):
    home = Home(tmp_path / "home", tmp_path)
    home.project.mkdir(parents=True)
    (tmp_path / "pulumi").write_text(
        "#!/bin/sh\necho 'error: incorrect passphrase' >&2\nexit 255\n"
    )
    (tmp_path / "pulumi").chmod(0o755)
    with pytest.raises(SetupError, match=r"stack select.* failed:\nerror: incorrect passphrase"):
        Pulumi(home, {"PATH": f"{tmp_path}:/usr/bin:/bin"}).select("dev")


def test_a_ctrl_c_lets_the_command_end_in_its_own_order(tmp_path):
    patient = (
        "trap 'sleep 1; echo ended > mark; exit 7' INT; echo > ready; while :; do sleep 0.1; done"
    )
    caller = (
        "import os, signal, sys; from pathlib import Path;"
        "from doors.foreground import run_to_its_end;"
        # A suite started in the background has the signal ignored, and so would all it starts.
        "signal.signal(signal.SIGINT, signal.default_int_handler);"
        f"sys.exit(run_to_its_end(['sh', '-c', {patient!r}], Path({str(tmp_path)!r}), os.environ))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", caller], cwd=CHECKOUT, start_new_session=True
    ) as running:
        while not (tmp_path / "ready").exists():
            assert running.poll() is None
            time.sleep(0.02)
        os.killpg(running.pid, signal.SIGINT)
    assert running.returncode == 7
    assert (tmp_path / "mark").exists()


@pytest.mark.parametrize(
    ("line", "news"),
    [
        (b" +  docker-build:index:Image frigo-chat-image creating (0s) \n", False),
        (b" +  docker-build:index:Image frigo-chat-image creating (3s) #5 DONE 0.0s\n", False),
        (b" +  docker-build:index:Image frigo-chat-image created (12s) \n", True),
        (b" +  docker-build:index:Image frigo-chat-image creating (9s) error: no\n", True),
        (
            b" +  docker-build:index:Image other creating (2m3s) error: no\n",
            True,
        ),
        (b" +  docker-build:index:Image frigo-chat-image **creating failed** 1 error\n", True),
        (b"@ updating....\n", False),
        (b" +  slipway:render:WebService frigo-app creating (0s) \n", True),
        (b"    frigo-app: http://127.0.0.1:20000\n", True),
    ],
)
def test_what_image_builds_say_meanwhile_is_no_news(line, news):
    assert is_news(line) is news


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("http://10.1.255.1:8001/spaces/a/b", "http://127.0.0.1:8001/spaces/a/b"),
        ("http://127.0.0.1:8002", "http://127.0.0.1:8002"),
        ("https://huggingface.co/10.1.255.1:8", "https://huggingface.co/10.1.255.1:8"),
    ],
)
def test_people_are_told_loopback_where_builds_have_another_address(url, shown):
    assert for_people(url, "http://10.1.255.1:8001") == shown
    assert for_people(url, "http://127.0.0.1:8001") == url


def test_after_an_up_that_failed_the_next_one_looks_at_what_it_left(tmp_path):
    home = Home(tmp_path / "home", tmp_path)
    home.project.mkdir(parents=True)
    said, code = tmp_path / "said", tmp_path / "code"
    (tmp_path / "pulumi").write_text(f'#!/bin/sh\necho "$@" >> {said}\nexit $(cat {code})\n')
    (tmp_path / "pulumi").chmod(0o755)
    pulumi = Pulumi(home, {"PATH": f"{tmp_path}:/usr/bin:/bin"})
    for ends in ("0", "1", "1", "0", "0"):
        code.write_text(ends)
        assert pulumi.up("dev") == int(ends)
    assert ["--refresh" in line for line in said.read_text().splitlines()] == [
        *(False, False),
        *(True, True),
        False,
    ]
