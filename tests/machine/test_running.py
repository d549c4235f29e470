"""Containers run apart from each other, within their limits, and are found again."""

import os
import signal
import threading
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from sandbox.apps.addresses import AddressBook
from sandbox.apps.health import listens, status_of
from sandbox.apps.upstream import Upstream
from sandbox.machine.contract import MachineUnavailableError, RunRequest
from sandbox.machine.docker_machine import DockerMachine
from sandbox.store.database import Database
from tests.sandbox.spaces.conftest import until

pytestmark = pytest.mark.machine

WEB = "FROM busybox\nWORKDIR /www\nCMD echo $NAME > index.html && exec httpd -f -p 7860\n"
WAIT = "FROM busybox\nCMD trap exit TERM; sleep 600 & wait\n"


def finish(machine, container):
    lines = []
    machine.follow_logs(container.id, lines.append)
    return lines


def test_two_applications_on_one_port_run_side_by_side(machine, build, fetch):
    build(WEB)
    ports = {
        name: machine.run(
            RunRequest(name=name, image="app:1", port=7860, env={"NAME": name})
        ).host_port
        for name in ("acme/one", "acme/two")
    }
    for name, port in ports.items():
        assert fetch(f"http://127.0.0.1:{port}/").strip() == name


def test_a_container_reaches_the_sandbox_and_no_other_container(machine, build, serve, fetch):
    build(WEB)
    target = machine.run(
        RunRequest(name="target", image="app:1", port=7860, env={"NAME": "target"})
    )
    assert fetch(f"http://127.0.0.1:{target.host_port}/").strip() == "target"
    networks = machine._client.containers.get(target.id).attrs["NetworkSettings"]["Networks"]
    (address,) = [network["IPAddress"] for network in networks.values()]
    if machine.bind_host == machine.inside_host:
        assert fetch(f"http://{address}:7860/").strip() == "target", "the host is on all bridges"
    answer = uuid.uuid4().hex
    with serve(machine.bind_host, answer) as port:
        build(
            f"FROM busybox\nCMD wget -qO- http://{machine.inside_host}:{port}/; echo;"
            f" timeout 3 wget -qO- http://{address}:7860/ || echo refused\n",
            tag="prober:1",
        )
        prober = machine.run(RunRequest(name="prober", image="prober:1", port=80))
        lines = finish(machine, prober)
    assert answer in lines
    assert "refused" in lines
    assert "target" not in lines
    assert fetch(f"http://127.0.0.1:{target.host_port}/").strip() == "target", "it is still there"


def test_an_app_whose_published_port_died_still_answers(machine, build, fetch, tmp_path):
    build(WEB)
    app = machine.run(RunRequest(name="app", image="app:1", port=7860, env={"NAME": "app"}))
    assert fetch(f"http://127.0.0.1:{app.host_port}/").strip() == "app"
    assert machine.find("app") == app
    if app.own_address is None:
        pytest.skip("the engine is in a virtual machine, which has no such proxy")
    # As one does by itself that can open no file for one more visitor.
    (proxy,) = (pid for pid, line in command_lines() if proxies(line, app.host_port))
    os.kill(proxy, signal.SIGTERM)
    book = AddressBook(Database(tmp_path / "state.sqlite"))
    try:
        until(lambda: not listens(app.host_port))
        port = book.open("app", lambda _: Upstream(app.host_port, app.own_address))
        assert fetch(f"http://127.0.0.1:{port}/").strip() == "app"
        assert status_of(app.host_port, own_address=app.own_address) == 200
        assert status_of(app.host_port) is None
    finally:
        book.stop()


def command_lines() -> Iterator[tuple[int, list[str]]]:
    """Of all processes, with their numbers."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield int(each.parent.name), each.read_bytes().decode(errors="replace").split("\0")


def proxies(line: list[str], port: int) -> bool:
    """Whether it is the engine's proxy of a port of this machine."""
    return line[0].endswith("docker-proxy") and str(port) in line


def test_a_hog_is_killed_at_its_memory_limit(machine, build):
    build("FROM python:3.11-slim\nCMD python -c \"x = b'x' * (512 << 20); print('survived')\"\n")
    limit = 64 << 20
    hog = machine.run(RunRequest(name="hog", image="app:1", port=80, memory_bytes=limit))
    assert "survived" not in finish(machine, hog)
    state = machine.state(hog.id)
    assert state is not None
    assert not state.running
    assert state.out_of_memory
    assert state.exit_code == 137

    free = machine.run(RunRequest(name="free", image="app:1", port=80))
    assert finish(machine, free) == ["survived"]
    state = machine.state(free.id)
    assert state is not None
    assert not state.out_of_memory


def test_limits_user_environment_and_privileges_are_set(machine, build):
    build('FROM busybox\nCMD id -u; echo "$WORD"; grep NoNewPrivs /proc/self/status\n')
    container = machine.run(
        RunRequest(name="x", image="app:1", port=80, user="1234", env={"WORD": "a  b=c"}, cpus=0.5)
    )
    assert finish(machine, container) == ["1234", "a  b=c", "NoNewPrivs:\t1"]
    settings = machine._client.containers.get(container.id).attrs["HostConfig"]
    assert settings["NanoCpus"] == 500_000_000
    bindings = settings["PortBindings"]["80/tcp"]
    assert [binding["HostIp"] for binding in bindings] == ["127.0.0.1"]


def test_capabilities_logs_and_processes_are_bounded(machine, build):
    build("FROM busybox\nCMD grep -E 'CapBnd' /proc/self/status\n")
    seen = {}
    for user in (None, "1000"):
        container = machine.run(RunRequest(name="x", image="app:1", port=80, user=user))
        (line,) = finish(machine, container)
        seen[user] = int(line.split()[1], 16)
        host = machine._client.containers.get(container.id).attrs["HostConfig"]
        assert host["LogConfig"] == {
            "Type": "json-file",
            "Config": {"max-file": "2", "max-size": "10m"},
        }
        assert host["PidsLimit"] == 2048
    net_raw, mknod, chown, setuid, low_ports = 1 << 13, 1 << 27, 1 << 0, 1 << 7, 1 << 10
    assert seen[None] & (net_raw | mknod) == 0
    assert seen[None] & chown
    assert seen[None] & setuid
    assert seen[None] & low_ports
    assert seen["1000"] == 0


def test_an_image_that_hands_over_to_its_own_user_still_can(machine, build):
    build(
        "FROM python:3.11-slim\nRUN useradd --uid 7070 db && mkdir /data\n"
        "CMD chown db /data && su db -s /bin/sh -c 'touch /data/one && id -u'"
        " && setpriv --reuid db --regid db --init-groups sh -c 'touch /data/two && id -u'\n"
    )
    container = machine.run(RunRequest(name="x", image="app:1", port=80))
    assert finish(machine, container) == ["7070", "7070"]


@pytest.mark.long
def test_a_container_has_its_time_to_end_and_no_more(machine, build):
    build(
        "FROM busybox\n"
        "CMD trap 'sleep 5; echo finished; exit 0' TERM; while :; do sleep 0.1; done\n"
    )
    lines = {"patient": [], "soon": []}
    for name, said in lines.items():
        request = RunRequest(name=name, image="app:1", port=80, stop_seconds=20)
        container = machine.run(request)
        follower = threading.Thread(target=machine.follow_logs, args=(container.id, said.append))
        follower.start()
        machine.remove(name, soon=name == "soon")
        follower.join()
    assert lines == {"patient": ["finished"], "soon": []}


def test_both_streams_are_followed_and_odd_bytes_shown(machine, build):
    build("FROM busybox\nCMD echo one; echo two >&2; printf '\\377\\n'; printf 'no end'; exit 3\n")
    container = machine.run(RunRequest(name="x", image="app:1", port=80))
    assert sorted(finish(machine, container)) == ["no end", "one", "two", "\ufffd"]
    state = machine.state(container.id)
    assert state is not None
    assert (state.running, state.exit_code, state.out_of_memory) == (False, 3, False)


@pytest.mark.long
def test_the_last_words_of_a_short_life_are_not_lost(machine, build):
    build("FROM busybox\nCMD echo first; printf last\n")
    for _ in range(12):
        container = machine.run(RunRequest(name="short", image="app:1", port=80))
        assert finish(machine, container) == ["first", "last"]


def test_a_container_is_found_by_a_restarted_sandbox_and_by_no_other(machine, engine, build):
    build(WAIT)
    container = machine.run(RunRequest(name="acme/x", image="app:1", port=80))
    again = DockerMachine(engine.address, machine._sandbox_id)
    assert again.find("acme/x") == container
    assert again.find("acme-x") is None, "a similar name is another's"
    other = DockerMachine(engine.address, f"test-{uuid.uuid4().hex[:10]}")
    assert other.find("acme/x") is None
    other.remove_all()
    assert machine.find("acme/x") == container


def test_a_container_of_the_same_name_is_replaced(machine, build):
    build(WAIT)
    first = machine.run(RunRequest(name="x", image="app:1", port=80))
    second = machine.run(RunRequest(name="x", image="app:1", port=80))
    assert machine.state(first.id) is None
    assert machine.find("x") == second


def test_removing_is_final_and_may_be_repeated(machine, build):
    build(WAIT)
    container = machine.run(RunRequest(name="x", image="app:1", port=80))
    machine.remove("x")
    assert machine.find("x") is None
    assert machine.state(container.id) is None
    assert finish(machine, container) == []
    machine.remove("x")


def test_what_a_kill_left_of_a_container_is_named_and_removed(machine, engine, build):
    build(WAIT)
    container = machine.run(RunRequest(name="half", image="app:1", port=80))
    # As a kill between the two leaves it.
    machine._client.containers.get(container.id).remove(force=True)
    later = DockerMachine(engine.address, machine._sandbox_id)
    assert list(later.names()) == ["half"]
    later.remove("half")
    assert list(later.names()) == []
    assert machine._client.networks.list(filters=machine._mine) == []


def test_an_image_that_is_nowhere_is_named(machine):
    with pytest.raises(MachineUnavailableError, match="slipway-nowhere/absent:9"):
        machine.run(RunRequest(name="x", image="slipway-nowhere/absent:9", port=80))


def test_a_container_that_can_not_start_leaves_nothing(machine, build):
    build('FROM busybox\nCMD ["/no/such/program"]\n')
    with pytest.raises(MachineUnavailableError, match="no/such/program"):
        machine.run(RunRequest(name="x", image="app:1", port=80))
    assert machine.find("x") is None


def test_a_machine_that_is_closed_keeps_no_file_and_no_thread(machine, engine, build):
    build(WAIT)

    def opened() -> set[object]:
        """Each of its own: what a former test left ends meanwhile, when Python collects."""
        found: set[object] = set(threading.enumerate())
        for each in Path("/proc/self/fd").iterdir():
            with suppress(FileNotFoundError):
                found.add(each.readlink())
        return found

    until(lambda: all(each.name != "build-leftovers" for each in threading.enumerate()))
    before = opened()
    for _ in range(3):
        other = DockerMachine(engine.address, machine._sandbox_id)
        other.run(RunRequest(name="x", image="app:1", port=80))
        assert opened() - before
        other.close()
        assert not opened() - before
    assert machine.find("x") is not None, "what runs goes on"


def test_an_engine_that_is_gone_is_named(engine, tmp_path):
    gone = replace(engine.address, docker_host=f"unix://{tmp_path}/docker.sock")
    with pytest.raises(MachineUnavailableError, match="does not answer"):
        DockerMachine(gone, "gone")
