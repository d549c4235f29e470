import io
from pathlib import Path

import pytest

from toolchain import act
from toolchain.progress import Progress


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def machine(monkeypatch, tmp_path) -> Path:
    """An empty cache, and a recent `go` on PATH that "builds" by writing a file."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    build = 'case "$1" in env) echo go1.99.0 ;; build) echo "$*" > "$3act" ;; esac'
    _program(tmp_path / "bin" / "go", build)
    return tmp_path


def test_an_act_on_path_of_that_version_is_used(machine):
    own = _program(machine / "bin" / "act", f"echo act version {act.VERSION}")
    assert act.ensure_act(Progress(io.StringIO())) == act.find_act() == own


@pytest.mark.parametrize("script", ["echo act version 0.2.1", "exit 3", "echo something else"])
def test_another_act_is_left_alone_and_ours_is_built_once(machine, script):
    _program(machine / "bin" / "act", script)
    assert act.find_act() is None
    said = io.StringIO()
    built = act.ensure_act(Progress(said))
    assert built.is_relative_to(machine / "cache")
    assert "github.com/nektos/act" in built.read_text()
    assert said.getvalue().count("building from source (") == 1
    assert act.ensure_act(Progress(said)) == act.find_act() == built
    assert said.getvalue().count("building from source (") == 1


def test_containers_of_another_system_get_an_act_of_linux(machine, monkeypatch):
    script = 'case "$1" in env) echo go1.99.0 ;; build) echo "for $GOOS" > "$3act" ;; esac'
    _program(machine / "bin" / "go", script)
    monkeypatch.setattr("sys.platform", "darwin")
    own = act.ensure_act(Progress(io.StringIO()))
    contained = act.ensure_linux_act(Progress(io.StringIO()))
    assert own.read_text() == "for \n"
    assert contained.read_text() == "for linux\n"
    monkeypatch.setattr("sys.platform", "linux")
    assert act.ensure_linux_act(Progress(io.StringIO())) == own
