"""Stories about private daemons; run by test_private_engine.py in namespaces of their own."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import docker
import pytest

from toolchain.engine import private_engine
from toolchain.engine.bridge import bridge_exists, choose_bridge
from toolchain.engine.dockerd import Dockerd
from toolchain.engine.endpoint import engine_answers
from toolchain.engine.leases import Lease
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.images.registry import Registry, RegistryClient
from toolchain.mounts import mounted_below
from toolchain.progress import Progress, SetupError
from toolchain.runtime_folder import runtime_folder

FOLDER = Path(os.environ["SLIPWAY_SCENARIO"]) / "engine"
RUNTIME = Path(os.environ["SLIPWAY_SCENARIO"]) / "run"
RUNTIME.mkdir(exist_ok=True)
PROGRESS = Progress()


def kill(process):
    """As the kernel does when memory runs out."""
    pid = process.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while process.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not process.alive()


@contextlib.contextmanager
def dockerd():
    daemon = Dockerd(FOLDER / "docker", RUNTIME, choose_bridge(FOLDER))
    daemon.ensure(PROGRESS)
    try:
        yield daemon
    finally:
        daemon.stop()
    assert not engine_answers(daemon.host)
    assert not bridge_exists(choose_bridge(FOLDER)), "the bridge went with it"
    assert not mounted_below(FOLDER), "and what a killed one had mounted"


def killed_dockerd():
    """One killed with a container running starts again, and the container can be removed."""
    with dockerd() as daemon:
        client = docker.DockerClient(base_url=daemon.host)
        with Path(os.environ["SLIPWAY_BUSYBOX"]).open("rb") as archive:
            (image,) = client.images.load(archive)
        client.containers.run(image, ["sleep", "600"], detach=True, name="sleeper")
        kill(daemon._process)
        daemon.ensure(PROGRESS)
        again = docker.DockerClient(base_url=daemon.host)
        assert again.ping()
        again.containers.get("sleeper").remove(force=True)
        assert again.containers.run(image, ["echo", "runs"], name="echo") == b"runs\n"
        again.containers.get("echo").remove()


def open_files():
    """The engine may have as many as can be, for its proxies; an app has what its starter has."""
    mine = resource.getrlimit(resource.RLIMIT_NOFILE)
    with dockerd() as daemon:
        pid = daemon._process.pid()
        _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        assert hard >= max(mine[1], 1 << 20 if may_have_more() else 0)
        client = docker.DockerClient(base_url=daemon.host)
        with Path(os.environ["SLIPWAY_BUSYBOX"]).open("rb") as archive:
            (image,) = client.images.load(archive)
        asked = ["sh", "-c", "ulimit -S -n; ulimit -H -n"]
        said = client.containers.run(image, asked, remove=True).split()
        assert tuple(map(int, said)) == mine


def may_have_more() -> bool:
    """Whether this user may raise a limit."""
    return subprocess.run(["sh", "-c", f"ulimit -n {1 << 20}"], check=False).returncode == 0


def killed_builder():
    """Registry and BuildKit start again, with the same address and what they had."""
    registry = Registry(FOLDER / "registry")
    buildkitd = Buildkitd(FOLDER / "buildkit", RUNTIME)
    programs = ensure_programs(PROGRESS)
    try:
        address = registry.ensure()
        buildkitd.ensure(programs, address, PROGRESS)
        running = buildkitd._process.pid()
        buildkitd.ensure(programs, registry.ensure(), PROGRESS)
        assert buildkitd._process.pid() == running, "what runs is left alone"
        kill(registry._process)
        kill(buildkitd._process)
        (buildkitd._temporary / "left").touch()
        assert registry.ensure() == address
        assert RegistryClient(address).answers()
        buildkitd.ensure(programs, address, PROGRESS)
        assert buildkitd._process.pid() != running
        assert not (buildkitd._temporary / "left").exists()
    finally:
        buildkitd.stop()
        registry.stop()
    assert not mounted_below(FOLDER)
    assert not buildkitd._temporary.exists()


@contextlib.contextmanager
def stalled(*processes, seconds):
    """As a machine with too much to do: for a while they live and answer nothing."""
    pids = [process.pid() for process in processes]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    again = threading.Timer(seconds, lambda: [os.kill(pid, signal.SIGCONT) for pid in pids])
    again.start()
    yield
    again.join()
    assert [process.pid() for process in processes] == pids, "the same processes go on"


def slow():
    """Daemons that live and do not answer for a while are waited for, whoever asks for them."""
    registry = Registry(FOLDER / "registry")
    buildkitd = Buildkitd(FOLDER / "buildkit", RUNTIME)
    programs = ensure_programs(PROGRESS)
    try:
        with dockerd() as daemon:
            address = registry.ensure()
            buildkitd.ensure(programs, address, PROGRESS)
            # Longer than either client waits for one answer.
            with stalled(daemon._process, buildkitd._process, registry._process, seconds=12):
                assert registry.ensure() == address
                buildkitd.ensure(programs, address, PROGRESS)
                daemon.ensure(PROGRESS)
    finally:
        buildkitd.stop()
        registry.stop()


def other_version():
    """Another version of ours would configure the builder otherwise: not while it is held."""
    registry = Registry(FOLDER / "registry")
    buildkitd = Buildkitd(FOLDER / "buildkit", RUNTIME)
    programs = ensure_programs(PROGRESS)
    try:
        address = registry.ensure()
        buildkitd.ensure(programs, address, PROGRESS)
        running = buildkitd._process.pid()
        config = FOLDER / "buildkit" / "buildkitd.toml"
        config.write_text(config.read_text() + "# of another version\n")
        buildkitd.ensure(programs, address, PROGRESS, held=True)
        assert buildkitd._process.pid() == running
        with pytest.raises(SetupError, match="left alone"):
            buildkitd.ensure(programs, "127.0.0.1:1", PROGRESS, held=True)
        assert buildkitd._process.pid() == running
        buildkitd.ensure(programs, address, PROGRESS)
        assert buildkitd._process.pid() != running
    finally:
        buildkitd.stop()
        registry.stop()


def stale_pid_files():
    """A pid file that names some other living process keeps nothing from starting or living."""
    for path in (FOLDER / "docker/dockerd.pid", RUNTIME / "docker/containerd/containerd.pid"):
        path.parent.mkdir(parents=True)
        path.write_text(str(os.getppid()))
    (RUNTIME / "docker.sock").write_text("left behind")
    with dockerd() as daemon:
        assert engine_answers(daemon.host)
    os.kill(os.getppid(), 0)


def rebooted():
    """After a reboot all pids and mounts of before are void."""
    with dockerd() as daemon:
        kill(daemon._process)
        boot = FOLDER / "docker" / "boot"
        boot.write_text("before")
        left = RUNTIME / "docker" / "left"
        left.write_text("")
        daemon.ensure(PROGRESS)
        assert not left.exists()
        assert boot.read_text() != "before"


def leases():
    """The daemons stop with the last lease and not before; one whose holder was killed is none."""
    os.environ["XDG_CACHE_HOME"] = os.environ["SLIPWAY_SCENARIO"]
    folder = private_engine._folder()
    daemon = Dockerd(folder / "docker", runtime_folder(), choose_bridge(folder))
    daemon.ensure(PROGRESS)
    lease = Lease(private_engine._leases())
    child = os.fork()
    if child == 0:
        lease_of_child = Lease(private_engine._leases())
        time.sleep(600)
        lease_of_child.release()
    deadline = time.monotonic() + 10
    while len(list(private_engine._leases().iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    assert private_engine.stop_private_engine_if_unused(PROGRESS) is False
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert private_engine.stop_private_engine_if_unused(PROGRESS) is False
    assert engine_answers(daemon.host)
    lease.release()
    assert private_engine.stop_private_engine_if_unused(PROGRESS) is True
    assert not engine_answers(daemon.host)
    assert private_engine.stop_private_engine_if_unused(PROGRESS) is True


def all_killed():
    """Where all was killed, apps too, stopping leaves nothing that holds the folder."""
    os.environ["XDG_CACHE_HOME"] = os.environ["SLIPWAY_SCENARIO"]
    folder = private_engine._folder()
    bridge = choose_bridge(folder)
    daemon = Dockerd(folder / "docker", runtime_folder(), bridge)
    daemon.ensure(PROGRESS)
    client = docker.DockerClient(base_url=daemon.host)
    with Path(os.environ["SLIPWAY_BUSYBOX"]).open("rb") as archive:
        (image,) = client.images.load(archive)
    app = client.containers.run(image, ["sleep", "600"], detach=True)
    app.reload()
    mine = {daemon._process.pid(), app.attrs["State"]["Pid"]}
    mine |= {each for part in (folder, runtime_folder()) for each in started_with(part)}
    for pid in mine:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while daemon.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert mounted_below(folder), "as a killed one leaves it"
    assert bridge_exists(bridge)
    assert private_engine.stop_private_engine_if_unused(PROGRESS) is True
    assert not mounted_below(folder)
    assert not bridge_exists(bridge)
    assert not runtime_folder(create=False).exists()
    shutil.rmtree(folder)


def started_with(part):
    """The processes whose command lines name a path."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if str(part).encode() in process.joinpath("cmdline").read_bytes():
                yield int(process.name)


def removed_folder():
    """One whose folder was removed under it gives way: it holds the next one's addresses."""
    with dockerd() as daemon:
        first = daemon._process.pid()
        shutil.rmtree(FOLDER, ignore_errors=True)
        assert not daemon.alive()
        daemon.ensure(PROGRESS)
        assert daemon._process.pid() != first
        stat = Path(f"/proc/{first}/stat")
        assert not stat.exists() or " Z " in stat.read_text()
        client = docker.DockerClient(base_url=daemon.host)
        with Path(os.environ["SLIPWAY_BUSYBOX"]).open("rb") as archive:
            (image,) = client.images.load(archive)
        assert client.containers.run(image, ["echo", "runs"], remove=True) == b"runs\n"


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    print("as expected")  # noqa: T201 - read by the test that runs this
