"""Protects what builds leave out: each file has its place, and a change of one is another build."""

import os
import subprocess
from pathlib import Path

import pytest

from toolchain.golang.go_program import find_or_install_go
from toolchain.golang.left_out import go_mod_without
from toolchain.golang.pins import MODULE, left_out, pins_digest
from toolchain.golang.programs import ALL
from toolchain.progress import Progress, SetupError
from toolchain.pulumi.cli import ensure_pulumi
from toolchain.pulumi.environment import pulumi_environment


@pytest.fixture
def machine(tmp_path):
    """A module that requires example.org/big, which lies in Go's module cache as Go lays it."""
    module, cache = tmp_path / "module", tmp_path / "path" / "modules"
    (module / "needs").mkdir(parents=True)
    (module / "go.mod").write_text(
        "module all\n\ngo 1.26.6\n\nrequire (\n\texample.org/big v1.2.3\n"
        "\texample.org/big/part v0.1.0\n)\n"
    )
    (module / "go.sum").write_text("sums\n")
    (module / "needs" / "thing.txt").write_text("example.org/big\n")
    (module / "needs" / "other.txt").write_text("example.org/big/part\n")
    package = cache / "example.org" / "big@v1.2.3" / "cloud"
    package.mkdir(parents=True)
    (package / "cloud.go").write_text("package cloud // large\n")
    (package / "kept.go").write_text("package cloud\n")
    for folder in (package, package.parent):
        folder.chmod(0o555)
    ours = module / "_left_out" / "example.org" / "big" / "cloud" / "cloud.go"
    ours.parent.mkdir(parents=True)
    ours.write_text("package cloud // small\n")
    yield tmp_path
    for folder in (package.parent, package):
        folder.chmod(0o755)


def _go_mod(machine, entering=None):
    downloads = machine / "path"
    return go_mod_without(
        Path("/bin/true"),  # the module is in the cache already
        machine / "module",
        entering,
        log=machine / "log",
        remedy="",
        environment={"GOPATH": str(downloads), "GOMODCACHE": str(downloads / "modules")},
    )


def test_a_build_gets_the_module_with_ours_in_its_files_place(machine):
    go_mod = _go_mod(machine)
    assert go_mod == _go_mod(machine)
    assert go_mod.with_suffix(".sum").read_text() == "sums\n"
    committed = (machine / "module" / "go.mod").read_text()
    replacement = go_mod.read_text().removeprefix(committed).strip()
    assert replacement.startswith("replace example.org/big => ")
    folder = Path(replacement.partition(" => ")[2].strip('"'))
    assert (folder / "cloud" / "cloud.go").read_text() == "package cloud // small\n"
    assert (folder / "cloud" / "kept.go").read_text() == "package cloud\n"
    cached = machine / "path" / "modules" / "example.org" / "big@v1.2.3" / "cloud" / "cloud.go"
    assert cached.read_text() == "package cloud // large\n"


def test_a_build_that_the_module_does_not_enter_is_built_as_committed(machine):
    assert _go_mod(machine, {"example.org/big/part"}) is None
    assert _go_mod(machine, {"example.org/big"}) is not None


def test_a_changed_file_of_ours_is_another_build_of_what_it_enters(machine):
    module = machine / "module"
    before = {name: pins_digest(name, module) for name in ("thing", "other")}
    first = _go_mod(machine)
    (module / "_left_out" / "example.org" / "big" / "cloud" / "cloud.go").write_text("package c\n")
    assert _go_mod(machine) != first
    changed = {name for name, digest in before.items() if digest != pins_digest(name, module)}
    assert changed == {"thing"}


def test_a_file_without_a_place_is_named(machine):
    folder = machine / "module" / "_left_out"
    stray = folder / "example.org" / "big" / "cloud" / "gone.go"
    stray.write_text("package cloud\n")
    with pytest.raises(SetupError, match=r"gone\.go takes the place of a file that big@v1\.2\.3 "):
        _go_mod(machine)
    stray.unlink()
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "x.go").write_text("package x\n")
    with pytest.raises(SetupError, match=r"x\.go is in no module that .*go\.mod requires"):
        _go_mod(machine)


def test_each_file_of_ours_enters_some_program():
    needed = {path for programs in ALL for path in _listed(programs.name)}
    assert left_out()
    assert set(left_out()) <= needed


def _listed(name):
    return (MODULE / "needs" / f"{name}.txt").read_text().split()


@pytest.mark.parametrize(
    "spared",
    [
        "github.com/sigstore/rekor",
        "k8s.io/api",
        "github.com/aws/aws-sdk-go-v2/service/iam",
        "github.com/envoyproxy/go-control-plane/envoy",
    ],
)
def test_what_is_left_out_is_compiled_for_nothing(spared):
    """A new version that takes another way to it would compile all of it again, unnoticed."""
    assert {name for name in ("buildkit", "docker-build", "pulumi") if spared in _listed(name)} == (
        set()
    )


@pytest.mark.e2e
@pytest.mark.parametrize("command", ["aws --sso", "azure", "gcp --help"])
def test_the_built_cli_says_what_it_was_built_without(command, tmp_path):
    pulumi = ensure_pulumi(Progress())
    if pulumi.origin != "built":
        pytest.skip("the CLI here is Pulumi's own release, which has all of it")
    asked = subprocess.run(
        [pulumi.bin_folder / "pulumi", "env", "setup", *command.split()],
        env={**os.environ, **pulumi_environment(pulumi, tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode != 0
    assert "built from source, without `pulumi env setup" in asked.stderr
    assert "official release" in asked.stderr


@pytest.mark.e2e
def test_gofmt_has_nothing_to_say():
    go = find_or_install_go(Progress())
    files = [file for files in left_out().values() for file in files.values()]
    asked = subprocess.run(
        [go.with_name("gofmt"), "-l", *files], capture_output=True, text=True, check=True
    )
    assert asked.stdout == ""
