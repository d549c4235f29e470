"""Jobs that somebody else wrote: what each tries is held by its container."""

import http.server
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
import zipfile
from pathlib import Path

import pytest

from sandbox.github.runs.api.artifacts import artifacts_of
from sandbox.github.runs.runners.container_runner import ContainerRunner
from sandbox.machine.docker_machine import DockerMachine
from tests.sandbox.github.runs.conftest import PORT, World, container_runner
from tests.sandbox.github.runs.repositories import Repositories

pytestmark = pytest.mark.machine

ROOT = Path(__file__).parents[4]
SECRET = "s3cr3t-of-another-job-0123456789"
CANARY = f"canary-of-this-machine-{uuid.uuid4().hex}"
SHARE = 32  # of the memory that jobs have: some hundred megabytes, quickly filled

# A shell command that ends well if the job got what it must not have. {marks} is a folder of this
# machine, {port} a server on its loopback, {socket} the engine's.
ATTACKS = {
    "the sandbox's database": "find / -xdev -name 'state.sqlite' | grep .",
    "the database under its own path": "cat {folder}/state.sqlite",
    "a file of this machine": "cat {marks}/canary",
    "a file of this machine, by way of process 1": "cat /proc/1/root{marks}/canary",
    "keys of ssh": "ls -A /root/.ssh | grep .",
    "the engine's socket": "test -e {socket} || find / -xdev -name 'docker*.sock' | grep .",
    "a server on this machine's loopback": "curl -sf --max-time 3 http://127.0.0.1:{port}/",
    "the same under the bridge's address": "curl -sf --max-time 3 http://{bridge}:{port}/",
    "what another job may know": (
        'grep -rs "$(echo {backwards} | rev)" /proc/[0-9]*/environ /slipway /tmp'
    ),
    "processes of this machine": "test $(ls -d /proc/[0-9]* | wc -l) -gt 40",
    "the clone that other jobs check out": "touch /slipway/source/planted",
    "the programs behind actions": "echo >> /slipway/programs/checkout.py",
    "the supervisor": "echo >> /slipway/supervise.py",
    "act itself": "echo >> /slipway/bin/act",
    "what the job was given": "touch /slipway/job/planted",
    "the caches of other repositories": "ls /slipway/cache/../.. | grep runs",
    "a mount": "mount -t tmpfs none /mnt",
    "a device": "mknod /tmp/disk b 254 0",
    "a disk that is there already": "ls /dev | grep -E '^(vd|sd|nvme|xvd)'",
    "raw packets": "python3 -c 'import socket; socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'",
    "settings of the kernel": "echo 1 > /proc/sys/kernel/panic",
    "its own limits": "echo 99999 > $(find /sys/fs/cgroup -name pids.max | head -1)",
    "the clock": "date -s 2001-01-01",
    "a module of the kernel": "insmod /dev/null",
    "the name of this machine": "hostname stolen",
    "a namespace of its own": "unshare --mount true",
    "more rights than it began with": "grep -q 'NoNewPrivs:.0' /proc/self/status",
    "the end of its supervisor": "kill -9 1; ! kill -0 1",
}
# How a step may print a secret.
FORMS = [
    'echo "$KEY"',
    'printf %s "$KEY" | base64 -w0',
    'printf "x%s" "$KEY" | base64 -w0',
    'printf "xy%s" "$KEY" | base64 -w0',
    "python3 -c 'import os, json; print(json.dumps(os.environ[\"KEY\"]))'",
    'python3 -c \'import os, urllib.parse as p; print(p.quote(os.environ["KEY"], safe=""))\'',
    "python3 -c 'import os, html; print(html.escape(os.environ[\"KEY\"], quote=False))'",
    'echo "::notice::$KEY"',
    'echo "$KEY" >&2',
]


@pytest.fixture(scope="module")
def world(tmp_path_factory, act, machine):
    folder = tmp_path_factory.mktemp("hostile")
    repositories = Repositories(folder / "git")
    repositories.folder.mkdir()
    made = World(folder, repositories)
    runner = ContainerRunner(machine, lambda: act, ports=lambda: {PORT}, parallel_jobs=SHARE)
    made.start(runner=runner)
    yield made
    made.service.stop()


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("of-this-machine")
    (folder / "canary").write_text(CANARY)
    return folder


@pytest.fixture(scope="module")
def loopback():
    """A server of this machine that only this machine may reach."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


def _job(*steps: str, **more) -> str:
    job = {"runs-on": "ubuntu-latest", "steps": [{"run": each} for each in steps], **more}
    return json.dumps({"name": "W", "on": "push", "jobs": {"job": job}})


def _ran(world, text: str, conclusion: str | None = "success", **more) -> tuple[int, str]:
    (run,) = world.push(world.new_repository(), {"w.yml": text}, **more)
    finished = world.finished(run, seconds=120)
    log = world.log(run, "job")
    assert conclusion in (None, finished.conclusion), log
    return run, log


@pytest.fixture(scope="module")
def attacked(world, marks, loopback, machine, engine) -> str:
    """The log of one job that tries everything, beside one that has a secret."""
    repository = world.new_repository()
    world.repositories.secret_values[repository, "prod"] = {"KEY": SECRET}
    given = {
        "folder": world.folder,
        "marks": marks,
        "port": loopback,
        "bridge": machine.inside_host,
        "socket": engine.docker_host.removeprefix("unix://"),
        "backwards": SECRET[::-1],
    }
    tries = [
        f"if ( {attack.format(**given)} ) >/dev/null 2>&1; then echo 'got {number}'; "
        f"else echo 'held {number}'; fi"
        for number, attack in enumerate(ATTACKS.values())
    ]
    text = {
        "name": "W",
        "on": "push",
        "jobs": {
            "holder": {
                "runs-on": "ubuntu-latest",
                "environment": "prod",
                "env": {"KEY": "${{ secrets.KEY }}"},
                "steps": [{"run": "sleep 15"}],
            },
            "job": {"runs-on": "ubuntu-latest", "steps": [{"run": "\n".join(tries)}]},
        },
    }
    (run,) = world.push(repository, {"w.yml": json.dumps(text)})
    assert world.finished(run, seconds=120).conclusion == "success", world.log(run, "job")
    return world.log(run, "job")


@pytest.mark.parametrize("what", ATTACKS)
def test_a_job_does_not_get(attacked, what):
    number = list(ATTACKS).index(what)
    lines = attacked.splitlines()
    assert f"held {number}" in lines
    assert f"got {number}" not in lines


def test_a_jobs_container_has_limits_and_sees_little_of_this_machine(world, machine):
    repository = world.new_repository()
    step = 'until [ -e "$SLIPWAY_CACHE/go" ]; do sleep 0.1; done'
    (run,) = world.push(repository, {"w.yml": _job(step)})
    world.until(lambda: _containers(machine))
    [container] = _containers(machine)
    limits = container.attrs["HostConfig"]
    (world.service.folder / "cache" / repository.replace("/", "--") / "go").touch()
    assert world.finished(run).conclusion == "success"
    assert 0 < limits["Memory"] == limits["MemorySwap"] <= 16 * 1024**3
    assert limits["NanoCpus"] > 0
    assert limits["PidsLimit"] > 0
    assert limits["CapDrop"] == ["ALL"]
    assert not {"SYS_ADMIN", "NET_RAW", "SYS_PTRACE"} & set(limits["CapAdd"])
    assert limits["SecurityOpt"] == ["no-new-privileges"]
    assert not limits["Privileged"]
    assert limits["NetworkMode"] not in {"host", "bridge", "default"}
    writable = {each["Target"] for each in limits["Mounts"] if not each.get("ReadOnly")}
    assert writable == {"/slipway/out", "/slipway/artifacts", "/slipway/cache"}


def test_nothing_of_one_job_is_there_for_the_next(world):
    leave = "touch /tmp/left ~/.left /left; git config --global user.name left; echo left"
    look = "find / -maxdepth 3 -xdev -name '*left'; ls -A /tmp; git config --global user.name"
    _ran(world, _job(leave))
    _, log = _ran(world, _job(f"({look}) | sed s/^/found:/; echo looked"))
    assert "\nlooked" in log
    assert "\nfound:" not in log


@pytest.mark.long
def test_nothing_outlives_its_job(world, machine):
    repository = world.new_repository()
    stay = (
        'setsid nohup sh -c \'trap "" TERM HUP INT; while :; do date +%N > $SLIPWAY_CACHE/alive;'
        " sleep 0.1; done' >/dev/null 2>&1 & sleep 0.5"
    )
    (run,) = world.push(repository, {"w.yml": _job(stay)})
    assert world.finished(run).conclusion == "success"
    alive = world.service.folder / "cache" / repository.replace("/", "--") / "alive"
    last = alive.read_text()
    time.sleep(0.5)
    assert alive.read_text() == last
    assert _containers(machine) == []


@pytest.mark.long
def test_a_fork_bomb_stays_in_its_job_and_others_run_on(world, machine):
    bomb = _job("f() { f | f & }; f; while :; do :; done", **{"timeout-minutes": 0.1})
    (run,) = world.push(world.new_repository(), {"w.yml": bomb})
    world.until(lambda: world.jobs(run) and world.jobs(run)["job"].status == "in_progress")
    _ran(world, _job("echo fine"))
    # By its time-out, or sooner: what has no process left, or no memory, may end by itself.
    assert world.finished(run, seconds=90).conclusion in {"cancelled", "failure"}
    world.until(lambda: not _containers(machine))


def test_a_job_that_fills_its_memory_is_ended_alone(world):
    fill = "import time\nheld = []\nwhile True:\n    held.append(bytearray(10**7))"
    _, log = _ran(world, _job(f"python3 - <<'END'\n{fill}\nEND"), "failure")
    assert "exit code 137" in log
    _ran(world, _job("echo fine"))


@pytest.mark.long
def test_a_job_that_fills_the_disk_is_ended_before_it_is_full(world, monkeypatch):
    room = 400 * 10**6  # for this job; others on this machine write meanwhile, too
    reserve = shutil.disk_usage(world.folder).free - room
    monkeypatch.setattr("sandbox.github.runs.running.disk_watch.RESERVE", reserve)
    monkeypatch.setattr("sandbox.github.runs.running.disk_watch._SHARE", 1)
    fill = "while :; do head -c 50000000 /dev/zero >> /tmp/fill; sleep 0.1; done"
    _, log = _ran(world, _job(fill), "failure")
    assert "You are running out of disk space" in log
    assert shutil.disk_usage(world.folder).free > reserve - 10**9


@pytest.mark.long
def test_a_job_that_never_ends_its_line_fills_nothing(world):
    _, log = _ran(world, _job("head -c 600000000 /dev/zero | tr '\\0' x >/proc/1/fd/1; echo"), None)
    assert len(log) < 10_000_000


@pytest.mark.long
def test_a_job_that_prints_for_ever_has_a_log_with_an_end(world, monkeypatch):
    monkeypatch.setattr("sandbox.github.runs.running.job_log._MOST", 100_000)
    _, log = _ran(world, _job("seq 1 200000"))
    assert len(log) < 200_000
    assert "The log is cut here" in log


def test_a_record_that_a_job_forges_shows_no_secret_and_decides_for_itself_alone(world):
    repository = world.new_repository()
    world.repositories.secret_values[repository, None] = {"KEY": SECRET}
    forged = '{"jobID": "job", "raw_output": true, "msg": "forged %s"}\\n'
    text = json.loads(_job(f"printf '{forged}' \"$KEY\" > /proc/1/fd/1; sleep 0.3"))
    text["jobs"]["job"]["env"] = {"KEY": "${{ secrets.KEY }}"}
    (run,) = world.push(repository, {"w.yml": json.dumps(text)})
    world.finished(run)
    assert "forged ***" in world.log(run, "job")
    assert SECRET not in world.log(run, "job")


def test_a_secret_is_hidden_in_whatever_form_it_is_printed(world):
    repository, value = world.new_repository(), 'a/b&c<d>"e" of-prod'
    world.repositories.secret_values[repository, None] = {"KEY": value}
    text = json.loads(_job("true"))
    text["jobs"]["job"]["env"] = {"KEY": "${{ secrets.KEY }}"}
    text["jobs"]["job"]["steps"] = [{"run": form} for form in FORMS]
    (run,) = world.push(repository, {"w.yml": json.dumps(text)})
    assert world.finished(run).conclusion == "success"
    log = world.log(run, "job")
    assert "of-prod" not in log
    _, *steps = log.split("##[group]Run ")
    assert len(steps) == len(FORMS)
    assert ["***" in step for step in steps] == [True] * len(FORMS)


def test_links_in_an_artifact_lead_nowhere(world, marks):
    plant = f"""
      mkdir -p $SLIPWAY_ARTIFACTS/mine/sub && cd $SLIPWAY_ARTIFACTS
      echo own > mine/own
      ln -s {marks}/canary mine/canary; ln -s {marks} mine/folder; ln -s {marks} whole
      ln -s ../../../../state.sqlite mine/sub/database; mkfifo mine/pipe
    """
    run, _ = _ran(world, _job(plant))
    [artifact] = artifacts_of(world.service.folder, world.service.records.get(run))
    packed = zipfile.ZipFile(io.BytesIO(artifact.packed()))
    assert packed.namelist() == ["own"]
    assert artifact.size == 4


@pytest.mark.parametrize(
    "put",
    [
        "ln -s {marks}/outputs.json",
        *(
            pytest.param(put, marks=pytest.mark.long)
            for put in ("mkfifo", "mkdir", "ln -s /dev/zero")
        ),
    ],
)
def test_outputs_are_read_from_a_plain_file_alone(world, marks, put):
    (marks / "outputs.json").write_text(json.dumps({"leak": CANARY}))
    swap = (
        "cd /slipway/out; (while :; do test -f outputs.json -a ! -L outputs.json && rm -f"
        f" outputs.json && {put.format(marks=marks)} outputs.json; done) >/dev/null 2>&1 & sleep 1"
    )
    also = f"cd /slipway/out; {put.format(marks=marks)} outputs.json"
    for step in (swap, also):
        # A pipe in its place stops nobody but the job itself, which waits for a reader.
        text = json.loads(_job(step, outputs={"leak": "none"}, **{"timeout-minutes": 0.1}))
        text["jobs"]["next"] = {
            "needs": "job",
            "if": "always()",
            "runs-on": "ubuntu-latest",
            "steps": [{"run": 'echo "[${{ needs.job.outputs.leak }}]"'}],
        }
        (run,) = world.push(world.new_repository(), {"w.yml": json.dumps(text)})
        world.finished(run, seconds=60)
        assert CANARY not in world.log(run, "next")


@pytest.mark.long
def test_jobs_do_not_reach_each_other(world):
    serve = 'hostname -i > "$SLIPWAY_ARTIFACTS/at"; cd /tmp; timeout 8 python3 -m http.server 8000'
    reach = (
        'until [ -s "$SLIPWAY_ARTIFACTS/at" ]; do sleep 0.1; done; sleep 1;'
        ' if curl -s --max-time 3 "http://$(cat "$SLIPWAY_ARTIFACTS/at"):8000/" >/dev/null;'
        " then echo reached; else echo apart; fi"
    )
    text = {
        "name": "W",
        "on": "push",
        "jobs": {
            "server": {"runs-on": "ubuntu-latest", "steps": [{"run": f"{serve} || true"}]},
            "job": {"runs-on": "ubuntu-latest", "steps": [{"run": reach}]},
        },
    }
    _, log = _ran(world, json.dumps(text))
    assert "\napart" in log


@pytest.mark.long
def test_a_job_that_is_deaf_to_its_cancellation_is_ended(world, machine):
    deaf = "trap '' INT TERM HUP; touch $SLIPWAY_CACHE/on; while :; do sleep 0.2; done"
    repository = world.new_repository()
    (run,) = world.push(repository, {"w.yml": _job(deaf)})
    world.until((world.service.folder / "cache" / repository.replace("/", "--") / "on").exists)
    began = time.monotonic()
    world.service.cancel(run)
    assert world.finished(run, seconds=20).conclusion == "cancelled"
    assert time.monotonic() - began < 15
    assert _containers(machine) == []


def test_a_killed_sandbox_leaves_no_job_and_the_next_start_no_trace(tmp_path, act, engine):
    name = f"killed-{uuid.uuid4().hex[:10]}"
    program = Path(__file__).with_name("contained_sandbox_to_kill.py")
    sandbox = subprocess.Popen(
        [sys.executable, program, tmp_path, name],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "ACT": str(act)},
    )
    cache = tmp_path / "runs" / "cache" / "acme--a"
    until = time.monotonic() + 60
    while not (cache / "alive").exists():
        assert time.monotonic() < until
        time.sleep(0.05)
    sandbox.send_signal(signal.SIGKILL)
    sandbox.wait()
    again = DockerMachine(engine, name)
    while any(each.status == "running" for each in _containers(again)):
        assert time.monotonic() < until, "the job runs on"
        time.sleep(0.05)
    last = (cache / "alive").read_text()
    time.sleep(0.5)
    assert (cache / "alive").read_text() == last
    world = World(tmp_path, Repositories(tmp_path / "git"))
    world.start(runner=container_runner(again, act))
    try:
        assert _containers(again) == []
        assert again._client.networks.list(filters=_ours(again)) == []
        assert not (tmp_path / "runs" / "work").exists()
    finally:
        world.service.stop()


def _ours(machine: DockerMachine) -> dict[str, str]:
    return {"label": f"slipway.sandbox={machine._sandbox_id}"}


def _containers(machine: DockerMachine):
    return machine._client.containers.list(all=True, ignore_removed=True, filters=_ours(machine))
