"""What the docker CLI is told, with a program in its place that writes down what it is told."""

import json
import os
import stat
import sys

import pytest

from sandbox.machine.builders.builder import secret_options
from sandbox.machine.builders.buildx_builder import BuildxBuilder
from sandbox.machine.contract import (
    BuildFailedError,
    BuildRequest,
    MachineUnavailableError,
    wanted_to_the_end,
)
from toolchain.engine import endpoint as docker_endpoint

DOCKER = f"""\
#!{sys.executable}
import json, os, sys
keep = {{k: v for k, v in os.environ.items() if k.startswith(("SLIPWAY_", "DOCKER_"))}}
with open(os.environ["CALL"], "w") as file:
    json.dump({{"arguments": sys.argv[1:], "environment": keep}}, file)
print("#1 a line", flush=True); print("ERROR: failed to solve: boom", file=sys.stderr)
sys.exit(int(os.environ["EXIT"]))
"""


@pytest.fixture
def docker(tmp_path, monkeypatch):
    """Sets how it ends; gives what it was told."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "docker"
    program.write_text(DOCKER)
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setenv("CALL", str(tmp_path / "call"))
    monkeypatch.setenv("EXIT", "0")
    return lambda: json.loads((tmp_path / "call").read_text())


def pairs(arguments, option):
    return [arguments[i + 1] for i, word in enumerate(arguments) if word == option]


def test_a_build_is_told_in_full_and_secrets_go_by_environment(docker, tmp_path):
    request = BuildRequest(
        context=tmp_path,
        tag="slipway-x/app:1",
        labels={"slipway.sandbox": "x"},
        dockerfile="deploy/Dockerfile",
        build_args={"A": "1 2", "PATH": "/x"},
        secrets={"TOKEN": "tell nobody", "OTHER": "nor this"},
        no_cache=True,
    )
    lines = []
    builder = BuildxBuilder("unix:///e.sock", map_inside_host=True)
    builder.build(request, lines.append, wanted_to_the_end)
    call = docker()
    arguments = call["arguments"]
    assert arguments[:6] == ["buildx", "build", "--builder", "default", "--load", "--progress"]
    assert arguments[-1] == str(tmp_path)
    assert pairs(arguments, "--file") == [f"{tmp_path}/deploy/Dockerfile"]
    assert pairs(arguments, "--tag") == ["slipway-x/app:1"]
    assert pairs(arguments, "--label") == ["slipway.sandbox=x"]
    own = "BUILDKIT_CACHE_MOUNT_NS=slipway-x/app"
    assert pairs(arguments, "--build-arg") == ["A=1 2", "PATH=/x", own]
    assert pairs(arguments, "--add-host") == ["host.docker.internal:host-gateway"]
    assert "--no-cache" in arguments
    assert call["environment"]["DOCKER_HOST"] == "unix:///e.sock"
    named = dict(part.split(",env=") for part in pairs(arguments, "--secret"))
    told = {name: call["environment"][variable] for name, variable in named.items()}
    assert told == {"id=TOKEN": "tell nobody", "id=OTHER": "nor this"}
    assert not any("nobody" in word or "nor this" in word for word in arguments)
    assert "#1 a line" in lines  # beside what it says of its own on the other stream


def test_who_mounts_a_secret_shares_its_steps_with_nobody(docker, tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM a\nRUN --mount=type=secret,id=T true\n")
    builder = BuildxBuilder("unix:///e.sock", map_inside_host=False)

    def host(name: str, **secrets: str) -> str:
        request = BuildRequest(context=tmp_path, tag=name, secrets=secrets)
        builder.build(request, lambda _: None, wanted_to_the_end)
        named = dict(part.split("=", 1) for part in pairs(docker()["arguments"], "--build-arg"))
        return named["BUILDKIT_SANDBOX_HOSTNAME"]

    own = host("s/a:0", T="1")
    assert host("s/a:1", T="2") == own
    assert len({own, host("s/b:0", T="1"), host("s/a:0"), host("s/a:0", OTHER="1")}) == 4


def test_plain_builds_carry_no_options_they_need_not(docker, tmp_path):
    builder = BuildxBuilder("unix:///e.sock", map_inside_host=False)
    request = BuildRequest(context=tmp_path, tag="s/a:latest")
    builder.build(request, lambda _: None, wanted_to_the_end)
    assert not {"--no-cache", "--add-host", "--secret"} & set(docker()["arguments"])


@pytest.mark.usefixtures("docker")
@pytest.mark.parametrize(
    ("answers", "error"), [(True, BuildFailedError), (False, MachineUnavailableError)]
)
def test_a_failure_is_the_dockerfiles_only_if_the_engine_is_there(
    tmp_path, monkeypatch, answers, error
):
    monkeypatch.setenv("EXIT", "1")
    monkeypatch.setattr("sandbox.machine.builders.buildx_builder.engine_answers", lambda _: answers)
    assert docker_endpoint.engine_answers(f"unix://{tmp_path}/none") is False
    builder = BuildxBuilder("unix:///e.sock", map_inside_host=False)
    request = BuildRequest(context=tmp_path, tag="s/a:1")
    with pytest.raises(error, match="boom" if answers else "does not answer"):
        builder.build(request, lambda _: None, wanted_to_the_end)


@pytest.mark.usefixtures("docker")
def test_a_sink_that_raises_ends_the_build(tmp_path):
    def sink(_):
        raise KeyError("enough")

    builder = BuildxBuilder("unix:///e.sock", map_inside_host=False)
    with pytest.raises(KeyError, match="enough"):
        builder.build(BuildRequest(context=tmp_path, tag="s/a:1"), sink, wanted_to_the_end)


@pytest.mark.parametrize("identifier", ["a,src=/etc/shadow", "a=b", "", "a b"])
def test_a_secret_id_can_not_smuggle_in_another_option(identifier):
    with pytest.raises(ValueError, match="build secret id"):
        secret_options({identifier: "x"})
