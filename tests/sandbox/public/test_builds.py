"""A Dockerfile that writes the platforms' hosts out: nothing of a credential leaves its build."""

import uuid

import pytest

from sandbox.machine.builders.written_out import refused_hosts
from sandbox.machine.containers.public_names import NOWHERE, PublicNames
from sandbox.machine.contract import BuildFailedError, BuildRequest, RunRequest
from sandbox.machine.docker_machine import DockerMachine
from sandbox.server.public.names import APPS, NAMES
from toolchain.engine.setup import ensure_engine, plan
from toolchain.progress import Progress, SetupError

TOKEN = "hf_" + "t" * 34


@pytest.mark.parametrize(
    ("dockerfile", "given", "closed"),
    [
        ("FROM x\nRUN true", {"secrets": {"T": "v"}}, False),
        ("FROM x\nRUN --mount=type=secret,id=T true", {}, False),
        ("FROM x\nRUN --mount=type=secret,id=T true", {"secrets": {"T": "v"}}, True),
        ("FROM x\nRUN --mount=id=T,type=secret \\\n true", {"secrets": {"T": "v"}}, True),
        ("FROM x\nARG MODEL\nRUN true", {"build_args": {"MODEL": "me/model"}}, False),
        ("FROM x\nARG MODEL\nRUN true", {"build_args": {"MODEL": TOKEN}}, True),
        ("FROM x\narg A API_KEY=none\nRUN true", {"build_args": {"API_KEY": "s3"}}, True),
        ("FROM x\nRUN true", {"build_args": {"HF_TOKEN": TOKEN}}, False),
    ],
)
def test_a_build_is_closed_where_one_of_its_steps_may_see_a_credential(
    tmp_path, dockerfile, given, closed
):
    (tmp_path / "Dockerfile").write_text(dockerfile)
    request = BuildRequest(context=tmp_path, tag="a:1", **given)
    refused = refused_hosts(request, _names())
    assert bool(refused.hosts) is bool(refused.domains) is closed


def _names() -> PublicNames:
    return PublicNames(dict.fromkeys(NAMES, NOWHERE), domains=tuple(APPS))


def test_names_of_apps_are_refused_where_a_build_writes_them_out(tmp_path):
    (tmp_path / "Dockerfile").write_text("FROM x\nRUN --mount=type=secret,id=T true\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "ask.py").write_text('get("https://Me-app.hf.space/run"); nothf.space')
    (tmp_path / "src" / "link.py").symlink_to("/proc/self/environ")
    (tmp_path / "src" / "notes.txt").write_text("me.hf.spaces x.hf.space.example.org -y.hf.space")
    (tmp_path / "src" / "large.bin").write_bytes(b"https://large.hf.space/" + b"\0" * (1 << 20))
    request = BuildRequest(
        context=tmp_path,
        tag="a:1",
        build_args={"API": "https://it.onrender.com:443"},
        secrets={"T": "v"},
    )
    assert sorted(set(refused_hosts(request, _names()).hosts) - set(NAMES)) == [
        "it.onrender.com",
        "me-app.hf.space",
    ]


@pytest.fixture(scope="module")
def engine():
    try:
        plan()
    except SetupError as error:
        pytest.skip(str(error))
    with ensure_engine(Progress()) as held:
        yield held.address


@pytest.fixture(scope="module")
def machine(engine):
    made = DockerMachine(engine, f"public-{uuid.uuid4().hex[:8]}", _names())
    yield made
    made.remove_all()
    made.close()


def _build(machine, folder, dockerfile: str, **given) -> tuple[str, str]:
    """The error of a build, and its log."""
    (folder / "Dockerfile").write_text(dockerfile)
    lines: list[str] = []
    try:
        machine.build(BuildRequest(context=folder, tag="app:1", **given), lines.append)
    except BuildFailedError as error:
        return str(error), "\n".join(lines)
    return "", "\n".join(lines)


@pytest.mark.machine
def test_a_step_with_a_secret_reaches_no_platform_and_is_told_why(machine, tmp_path):
    ask = "python3 -c 'import os, urllib.request; urllib.request.urlopen(\"https://huggingface.co/\")'"
    mount = "--mount=type=secret,id=TOKEN,env=TOKEN"
    text = f"FROM python:3.11-slim\nRUN {mount} getent hosts huggingface.co && {ask}\n"
    error, log = _build(machine, tmp_path, text, secrets={"TOKEN": TOKEN})
    assert NOWHERE in log, log
    assert "Connection refused" in log
    assert "huggingface.co is a host of a real platform" in error
    assert TOKEN not in log


@pytest.mark.machine
def test_an_app_s_name_is_refused_as_well_whether_written_or_put_together(machine, tmp_path):
    ask = "python3 -c 'import urllib.request; urllib.request.urlopen(\"https://me-app.hf.space/\")'"
    text = "FROM python:3.11-slim\nRUN --mount=type=secret,id=TOKEN,env=TOKEN "
    error, log = _build(machine, tmp_path, text + ask, secrets={"TOKEN": TOKEN})
    assert "Connection refused" in log
    assert "me-app.hf.space is a host of a real platform" in error
    text = f"FROM python:3.11-slim\nARG WHO\nADD https://$WHO.hf.space/x /x\n{text[22:]}true"
    error, _ = _build(
        machine, tmp_path, text, build_args={"WHO": "other"}, secrets={"TOKEN": TOKEN}
    )
    assert "other.hf.space" in error
    assert "denied" in error


@pytest.mark.machine
def test_what_add_names_is_refused_by_name_too(machine, tmp_path):
    text = "FROM python:3.11-slim\nADD https://huggingface.co/me/m/resolve/main/x /x\n"
    text += "RUN --mount=type=secret,id=GIT_AUTH_TOKEN true\n"
    error, _ = _build(machine, tmp_path, text, secrets={"GIT_AUTH_TOKEN": TOKEN})
    assert "huggingface.co is a host of a real platform" in error
    assert "denied" in error


@pytest.mark.machine
def test_a_build_without_a_credential_is_as_it_was(machine, tmp_path):
    text = "FROM python:3.11-slim\nRUN ! grep -q huggingface /etc/hosts\n"
    error, log = _build(machine, tmp_path, text, secrets={"OTHER": "value"})
    assert error == "", log


@pytest.mark.machine
def test_where_nobody_answers_for_the_hosts_an_app_refuses_by_itself(machine, tmp_path):
    """As on a Docker engine of the user's."""
    _build(machine, tmp_path, "FROM python:3.11-slim\n")
    code = "import socket; socket.create_connection(('api.render.com', 443), 5)"
    request = RunRequest(name="app", image="app:1", port=None, command=["python", "-c", code])
    made = machine.run(request)
    lines: list[str] = []
    machine.follow_logs(made.id, lines.append)
    assert any("ConnectionRefusedError" in line for line in lines), lines
