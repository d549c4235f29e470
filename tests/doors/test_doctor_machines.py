"""Machines that cannot work are refused within seconds, by name and with a remedy.

Each is made around the real doors: by namespaces, mounts, limits, stand-ins on PATH and servers
that misbehave. Those that only were interrupted are healed by the next attempt.
"""

import json
import os
import shutil
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.doors.machines import Machine, patience
from toolchain.debian_packages import PROGRAMS

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root for namespaces and mounts")


@pytest.fixture
def machine(tmp_path):
    return Machine.make(tmp_path)


def refused(attempt, *words):
    """It ended in time, said why and what to do, and began nothing."""
    assert attempt.code != 0
    for word in words:
        assert word in attempt.said
    assert attempt.seconds < patience()
    assert "installing" not in attempt.said
    return True


def without(*programs):
    """Shell that leaves some programs out of reach, as on a machine without them."""
    return "\n".join(
        f"mount --bind /dev/null {found}"
        for program in programs
        if (found := shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin"))
    )


@needs_root
def test_no_disk(machine):
    attempt = machine.try_up(f"mount -t tmpfs -o size=50m none {machine.cache}", within=True)
    assert refused(attempt, "free disk", "XDG_CACHE_HOME")


@needs_root
def test_no_root_and_no_docker(machine):
    shell = '[ -n "${INNER:-}" ] || INNER=1 exec unshare --user sh -euc "$SCRIPT"'
    script = machine.command()[-1]
    attempt = machine.try_up(shell, SCRIPT=script, DOCKER_HOST=f"unix://{machine.home}/none")
    assert refused(attempt, "container engine", "not root", "Install and start Docker")


@pytest.mark.long
def test_a_cache_path_that_leaves_no_room(machine, tmp_path):
    deep = tmp_path
    while len(str(deep)) < 3300:
        deep = deep / ("d" * 200)
    deep.mkdir(parents=True)
    attempt = machine.try_up(XDG_CACHE_HOME=str(deep))
    assert refused(attempt, "path lengths", "shorter")


@pytest.mark.long
def test_a_long_cache_path_is_no_obstacle(machine, tmp_path):
    deep = tmp_path / ("long" * 40)
    deep.mkdir()
    attempt = machine.try_up(packages="doctor", XDG_CACHE_HOME=str(deep))
    assert attempt.code == 0, attempt.said
    assert "stops it" not in attempt.said


@needs_root
def test_no_network(machine):
    shell = '[ -n "${INNER:-}" ] || INNER=1 exec unshare --net sh -euc "$SCRIPT"'
    attempt = machine.try_up(shell, SCRIPT=machine.command()[-1])
    assert refused(attempt, "Python packages", "name resolution", "pip config list")


def test_an_index_that_refuses(machine):
    attempt = machine.try_up(PIP_INDEX_URL="http://127.0.0.1:9/simple", PIP_FIND_LINKS="")
    assert refused(attempt, "Python packages", "refused", "pip config list")


@pytest.mark.long
def test_an_index_that_never_answers(machine):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        attempt = machine.try_up(PIP_INDEX_URL=f"http://127.0.0.1:{port}/simple", PIP_FIND_LINKS="")
    assert refused(attempt, "Python packages", "pip config list")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("go") is None, reason="without Go its proxy is asked later")
def test_no_module_proxy(machine):
    attempt = machine.try_up(GOPROXY="off")
    assert refused(attempt, "Go modules", "GOPROXY=off", "go env GOPROXY")


def test_taken_ports(machine):
    sandbox = machine.home / "sandbox"
    sandbox.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (sandbox / "identity.json").write_text(json.dumps({"name": "n", "hub_port": port}))
        attempt = machine.try_up()
    assert refused(attempt, "ports", str(port), "make reset")


def half_installed(folder):
    status = folder / "status"
    status.write_text("Package: trial\nStatus: install ok half-configured\nVersion: 1\n\n")
    return f"mount --bind {status} /var/lib/dpkg/status"


def journal(folder):
    (folder / "updates").mkdir()
    (folder / "updates/0001").write_text("Package: trial\n")
    return f"mount --bind {folder}/updates /var/lib/dpkg/updates"


@pytest.mark.long
@needs_root
@pytest.mark.parametrize(("broken", "word"), [(half_installed, "trial"), (journal, "interrupted")])
def test_half_installed_packages(machine, tmp_path, broken, word):
    shell = f"{without(*PROGRAMS)}\n{broken(tmp_path)}"
    attempt = machine.try_up(shell, within=True, DOCKER_HOST=f"unix://{machine.home}/none")
    assert refused(attempt, "installed packages", word, "dpkg --configure -a")


@needs_root
@pytest.mark.parametrize("what", ["cache", "checkout"])
def test_a_read_only_folder(machine, what):
    folder = getattr(machine, what)
    shell = f"mount --bind {folder} {folder}\nmount -o remount,ro,bind {folder}"
    attempt = machine.try_up(shell, within=True)
    assert refused(attempt, "writable folders", "Read-only file system", "Make it writable")


@pytest.mark.long
@needs_root
def test_a_wrong_clock(machine, tmp_path):
    class Archive(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()

        def date_time_string(self, _=None):
            return "Sat, 01 Jan 2022 00:00:00 GMT"

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Archive) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        codename = next(
            line.partition("=")[2]
            for line in open("/etc/os-release")  # noqa: SIM115, PTH123 - a line of it
            if line.startswith("VERSION_CODENAME")
        ).strip()
        source = tmp_path / "sources.list"
        source.write_text(f"deb http://127.0.0.1:{server.server_port}/x {codename} main\n")
        empty = tmp_path / "empty"
        empty.mkdir()
        shell = f"mount --bind {empty} /etc/apt/sources.list.d\n"
        shell += "[ -e /etc/apt/sources.list ] || mount -t tmpfs none /etc/apt\n"
        shell += f"touch /etc/apt/sources.list\nmount --bind {source} /etc/apt/sources.list"
        attempt = machine.try_up(
            shell, within=True, http_proxy="", DOCKER_HOST=f"unix://{machine.home}/none"
        )
        server.shutdown()
    assert refused(attempt, "clock", "ahead", "timedatectl")


@pytest.mark.long
def test_a_python_that_is_too_old(machine, tmp_path):
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2\nexit 1\n')
    old.chmod(0o755)
    attempt = machine.try_up(PYTHON=str(old))
    assert refused(attempt, "3.11 or later", "found Python 3.9.2", "make PYTHON=")


@pytest.mark.long
def test_no_python(machine):
    attempt = machine.try_up(PYTHON="/absent/python3")
    assert refused(attempt, "3.11 or later", "Install one")


@pytest.mark.long
@needs_root
def test_no_git(machine):
    attempt = machine.try_up(without("git"), within=True)
    assert refused(attempt, "git: not on PATH", "apt-get install git")


@pytest.mark.long
@pytest.mark.skipif(shutil.which("setarch") is None, reason="needs setarch")
def test_an_architecture_for_which_nothing_is_published(machine):
    shell = '[ -n "${INNER:-}" ] || INNER=1 exec setarch i686 sh -euc "$SCRIPT"'
    attempt = machine.try_up(shell, SCRIPT=machine.command()[-1])
    assert refused(attempt, "architecture", "i686", "x86-64 or arm64")


def test_too_few_open_files(machine):
    assert refused(machine.try_up("ulimit -n 128"), "open files", "ulimit -n")


@pytest.mark.long
def test_too_little_memory(machine):
    assert refused(machine.try_up("ulimit -v 1200000"), "memory", "ulimit -v unlimited")


@pytest.mark.long
@needs_root
def test_no_control_groups(machine):
    attempt = machine.try_up(
        "mount -t tmpfs none /sys/fs/cgroup", within=True, DOCKER_HOST=f"unix://{machine.home}/none"
    )
    assert refused(attempt, "control groups", "--privileged")


@pytest.mark.long
@needs_root
def test_a_container_that_may_not_make_namespaces(machine, tmp_path):
    stand_in = tmp_path / "unshare"
    stand_in.write_text(
        '#!/bin/sh\necho "unshare: unshare failed: Operation not permitted" >&2\nexit 1\n'
    )
    stand_in.chmod(0o755)
    attempt = machine.try_up(
        PATH=f"{tmp_path}:{os.environ['PATH']}", DOCKER_HOST=f"unix://{machine.home}/none"
    )
    assert refused(attempt, "namespaces", "bridge devices", "not permitted", "--privileged")


@pytest.mark.long
@needs_root
def test_somebody_elses_folder_where_sockets_would_lie(machine):
    shell = "mount -t tmpfs -o mode=755 none /run\n"
    shell += "name=$(printf %s $(readlink -f $XDG_CACHE_HOME)/slipway | sha256sum | cut -c1-8)\n"
    shell += "mkdir -m 777 /run/slipway-$name\nchown 65534 /run/slipway-$name"
    attempt = machine.try_up(shell, within=True, DOCKER_HOST=f"unix://{machine.home}/none")
    assert refused(attempt, "sockets", "somebody else", "rm -r /run/slipway-")


@pytest.mark.long
@pytest.mark.parametrize("reached", [".venv/pyvenv.cfg", ".venv/bin/pip", ".venv/bin/uv"])
def test_one_killed_at_a_step_is_healed_by_the_next_attempt(machine, reached):
    machine.kill_when(machine.checkout / reached)
    assert not machine.works()
    attempt = machine.try_up()
    assert attempt.code == 0, attempt.said
    assert machine.works()
    assert machine.try_up().said == ""  # and the one after that has nothing to do


@pytest.mark.long
def test_a_moved_checkout_gets_a_new_environment(machine, tmp_path):
    assert machine.try_up().code == 0
    moved = Machine(tmp_path / "moved", machine.cache, machine.home)
    machine.checkout.rename(moved.checkout)
    assert moved.try_up().code == 0
    assert moved.works()
    python = (moved.checkout / ".venv/bin/pip").read_text().partition("\n")[0]
    assert str(moved.checkout) in python


@pytest.mark.long
def test_tests_add_to_what_runs_and_a_change_of_either_begins_anew(machine):
    assert machine.try_up().code == 0
    marker = machine.checkout / ".venv/kept"
    marker.touch()
    assert machine.try_up(packages="develop").code == 0
    assert marker.exists()
    assert machine.try_up().said == ""
    with (machine.checkout / "requirements-dev.txt").open("a") as file:
        file.write("# renewed\n")
    assert machine.try_up().said == ""  # it needs none of those
    assert machine.try_up(packages="develop").code == 0
    assert not marker.exists()
