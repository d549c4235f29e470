"""The process of a stand-in, started as the engine does: where it is found, and how it ends."""

import os
import signal
import subprocess
import sys
from importlib.metadata import version

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from tests.toolchain.processes import all_end, descendants
from toolchain.pulumi.standin_plugins import NAMES, ensure_standins


@pytest.fixture(params=NAMES)
def program(request, tmp_path):
    """The plugin where pulumi looks for it, in a home of the test's own."""
    ensure_standins(tmp_path)
    name = request.param
    folder = tmp_path / "plugins" / f"resource-{name}-v{version(f'pulumi_{name}')}"
    return folder / f"pulumi-resource-{name}"


@pytest.fixture
def started(program, tmp_path):
    """The running plugin and the port it printed; it is started elsewhere than in the checkout."""
    environment = {**os.environ, "SLIPWAY_PYTHON": sys.executable}
    with subprocess.Popen(
        [program, "127.0.0.1:1", "--logtostderr"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        start_new_session=True,
        text=True,
    ) as process:
        yield process, int(process.stdout.readline())
        process.kill()


def test_installing_twice_changes_nothing_and_repairs_what_is_broken(program, tmp_path):
    before = program.lstat().st_ino
    ensure_standins(tmp_path)
    assert program.lstat().st_ino == before
    program.unlink()
    program.write_text("something else")
    ensure_standins(tmp_path)
    assert program.is_symlink()
    assert os.access(program, os.X_OK)


def test_it_answers_on_loopback_with_the_sdks_version(started, program):
    _, port = started
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        info = provider_pb2_grpc.ResourceProviderStub(channel).GetPluginInfo(empty_pb2.Empty())
    assert program.parent.name.endswith(f"-v{info.version}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_when_told_to(started, number):
    process, _ = started
    process.send_signal(number)
    assert process.wait(timeout=3) == 0


def test_it_ends_with_an_engine_that_was_killed(program, tmp_path):
    command = [sys.executable, "-c", _ENGINE, str(program)]
    environment = {**os.environ, "SLIPWAY_PYTHON": sys.executable}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as engine:
        engine.stdout.readline()
        children = descendants(engine.pid)
        assert children
        engine.kill()
        assert all_end(children, within_seconds=10)


def test_without_the_sdk_it_says_which_python_lacks_it(program, tmp_path):
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S -I "$@"\n')
    bare.chmod(0o755)
    ended = subprocess.run(
        [program],
        env={**os.environ, "SLIPWAY_PYTHON": str(bare)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ended.returncode != 0
    assert "SLIPWAY_PYTHON" in ended.stderr
    assert "Traceback" not in ended.stderr


_ENGINE = """
import subprocess, sys, time
child = subprocess.Popen([sys.argv[1]], stdout=subprocess.PIPE)
print(child.stdout.readline().decode(), flush=True)
time.sleep(60)
"""
