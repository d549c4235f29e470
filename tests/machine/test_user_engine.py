"""A registry and a builder on the user's own engine, with a program in the docker CLI's place.

It knows two containers and whether they run, and writes down what it is told.
"""

import json
import os
import stat
import sys

import pytest

from toolchain.engine import user_engine
from toolchain.engine.user_engine import start_registry_and_builder, was_used
from toolchain.images.registry import RegistryClient
from toolchain.progress import Progress, SetupError

HOST = "unix:///somewhere.sock"
DOCKER = f"""\
#!{sys.executable}
import json, os, sys
from pathlib import Path
words = sys.argv[1:]
file = Path(os.environ["STATE"])
state = json.loads(file.read_text())
state["calls"].append([*words, os.environ["DOCKER_HOST"], os.environ["BUILDX_CONFIG"]])
def done(code=0, text=""):
    file.write_text(json.dumps(state)); print(text); sys.exit(code)
if " ".join(words[:2]) in state["refused"]:
    print("no route to the images", file=sys.stderr); done(1)
match words:
    case ["container", "inspect", *_]:
        if state["registry"] is None:
            done(1)
        done(0, f"{{state['registry']}} {{state['port']}}")
    case ["run", *_]:
        state["registry"] = "true"
        state["port"] = words[words.index("--publish") + 1].split(":")[1]; done()
    case ["start", _]: state["registry"] = "true"; done()
    case ["stop", _]: state["registry"] = "false"; done()
    case ["rm", *_]: state["registry"] = None; done()
    case ["buildx", "inspect", "--bootstrap", _]: state["builder"] = "running"; done()
    case ["buildx", "inspect", _]:
        if state["builder"] is None:
            done(1)
        done(0, f"Status: {{state['builder']}}\\nBuildKit daemon flags: {{state['flags']}}")
    case ["buildx", "create", *_]:
        state["builder"] = "inactive"
        state["flags"] = words[words.index("--buildkitd-flags") + 1]; done()
    case ["buildx", "rm", "--keep-state", _]: state["builder"] = None; done()
    case ["buildx", "stop", _]: state["builder"] = "stopped"; done()
done()
"""


class Docker:
    def __init__(self, file):
        self._file = file
        self.set(registry=None, port=None, builder=None, flags="", refused=[], calls=[])

    def set(self, **changed):
        before = json.loads(self._file.read_text()) if self._file.exists() else {}
        self._file.write_text(json.dumps({**before, **changed}))

    def __getattr__(self, name):
        return json.loads(self._file.read_text())[name]


@pytest.fixture
def docker(tmp_path, monkeypatch):
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(DOCKER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("STATE", str(tmp_path / "state"))
    monkeypatch.setattr(RegistryClient, "answers", lambda _: True)
    return Docker(tmp_path / "state")


def words(docker, verb):
    """The last call that began so."""
    return next(each for each in reversed(docker.calls) if " ".join(each).startswith(verb))


def test_both_are_started_on_loopback_and_the_hosts_network_and_stop_when_given_back(docker):
    assert not was_used(HOST)
    address, parts = start_registry_and_builder(HOST, Progress())
    assert was_used(HOST)
    assert (docker.registry, docker.builder) == ("true", "running")
    run = words(docker, "run")
    assert run[run.index("--publish") + 1] == f"{address.registry}:5000"
    assert address.registry.startswith("127.0.0.1:")
    assert run[run.index("--volume") + 1] == f"{address.builder}:/var/lib/registry"
    create = words(docker, "buildx create")
    assert create[create.index("--driver") + 1] == "docker-container"
    assert create[create.index("--driver-opt") + 1] == "network=host"
    assert create[create.index("--buildkitd-flags") + 1] == "--oci-worker-net=bridge"
    assert create[-3:] == [HOST, HOST, str(address.config)]
    parts.release()
    assert (docker.registry, docker.builder) == ("false", "stopped")


def test_what_runs_is_left_alone_and_stops_with_its_last_holder(docker):
    address, first = start_registry_and_builder(HOST, Progress())
    docker.set(calls=[])
    again, second = start_registry_and_builder(HOST, Progress())
    assert again == address
    looks = {"container inspect", "buildx inspect"}
    assert {" ".join(each[:2]) for each in docker.calls} == looks
    first.release()
    first.release()
    assert (docker.registry, docker.builder) == ("true", "running")
    second.release()
    assert (docker.registry, docker.builder) == ("false", "stopped")


def test_what_was_stopped_is_started_again_under_the_same_address(docker):
    address, parts = start_registry_and_builder(HOST, Progress())
    parts.release()
    docker.set(calls=[])
    again, parts = start_registry_and_builder(HOST, Progress())
    assert again == address
    assert not any(each[0] == "run" or each[:2] == ["buildx", "create"] for each in docker.calls)
    parts.release()


def test_a_builder_whose_steps_are_in_the_hosts_network_is_made_anew_once_nobody_uses_it(docker):
    _, first = start_registry_and_builder(HOST, Progress())
    docker.set(flags="", calls=[])  # as an older version made it
    _, second = start_registry_and_builder(HOST, Progress())
    assert docker.flags == "", "the first may be building"
    first.release()
    second.release()
    _, third = start_registry_and_builder(HOST, Progress())
    assert (docker.flags, docker.builder) == ("--oci-worker-net=bridge", "running")
    third.release()


def test_a_port_that_somebody_took_meanwhile_is_given_up_and_the_images_are_kept(docker):
    address, parts = start_registry_and_builder(HOST, Progress())
    parts.release()
    docker.set(refused=[f"start {address.builder}"])
    again, parts = start_registry_and_builder(HOST, Progress())
    parts.release()
    assert again.registry != address.registry
    assert words(docker, "rm")[1:3] == ["--force", address.builder], "without its volume"
    run = words(docker, "run")
    assert run[run.index("--volume") + 1] == f"{address.builder}:/var/lib/registry"


@pytest.mark.parametrize("refused", ["run --detach", "buildx create"])
def test_what_the_engine_refuses_is_told_and_nothing_is_left_running(docker, refused):
    docker.set(refused=[refused])
    with pytest.raises(SetupError, match=f"docker {refused}.*no route to the images"):
        start_registry_and_builder(HOST, Progress())
    assert docker.registry != "true"
    assert docker.builder != "running"


def test_to_remove_images_no_builder_is_started(docker):
    _, parts = start_registry_and_builder(HOST, Progress(), building=False)
    assert docker.builder is None
    parts.release()


@pytest.mark.usefixtures("docker")
def test_another_engine_has_other_containers():
    names = {user_engine._Parts.on(host).name for host in (HOST, "unix:///other.sock")}
    assert len(names) == 2
