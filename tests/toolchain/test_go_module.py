"""Protects the one Go module: its pins, and what of it makes which program another one."""

import re
import shutil
import subprocess

import pytest

from toolchain.golang.build import find_built
from toolchain.golang.go_program import find_or_install_go
from toolchain.golang.pins import MODULE, needs_file, pinned_version, pins_digest
from toolchain.golang.programs import ACT, ALL, BUILDKIT, DOCKER_BUILD, PULUMI
from toolchain.progress import Progress, SetupError

NAMES = [programs.name for programs in ALL]


@pytest.fixture
def module(tmp_path):
    """A copy of the committed module, to change."""
    return shutil.copytree(MODULE, tmp_path / "module")


def _digests(folder=MODULE):
    return {name: pins_digest(name, folder) for name in NAMES}


def _edit(module, old, new):
    file = module / "go.mod"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def _changed(module):
    before, after = _digests(), _digests(module)
    return {name for name in NAMES if before[name] != after[name]}


def test_where_the_module_lies_and_its_comments_change_no_program(module):
    _edit(module, "\n// Where the highest", "\n// Another word: where the highest")
    _edit(module, "module slipway/toolchain/golang", "module elsewhere")
    assert _changed(module) == set()


@pytest.mark.parametrize(
    ("path", "programs"),
    [
        ("github.com/nektos/act", {"act"}),
        ("github.com/moby/buildkit", {"buildkit", "docker-build"}),
        ("github.com/pulumi/pulumi-docker-build", {"docker-build"}),
        ("github.com/pulumi/pulumi/pkg/v3", {"pulumi", "docker-build"}),
        ("google.golang.org/grpc", {"buildkit", "docker-build", "pulumi"}),
    ],
)
def test_a_new_version_changes_the_programs_that_it_enters_and_no_others(module, path, programs):
    _edit(module, f"\t{path} v{pinned_version(path)}", f"\t{path} v99.0.0")
    assert _changed(module) == programs


def test_a_replacement_changes_what_it_enters(module):
    _edit(module, "tablewriter v0.0.5", "tablewriter v0.0.4")
    assert _changed(module) == {"pulumi"}


def test_the_code_of_a_replacement_in_a_folder_counts(module):
    (module / "stubs" / "java" / "pkg" / "codegen" / "java" / "more.go").write_text("package java")
    assert _changed(module) == {"docker-build"}


def test_gos_language_version_counts_and_its_patch_does_not(module):
    _edit(module, "\ngo 1.26.6", "\ngo 1.26.9")
    assert _changed(module) == set()
    _edit(module, "\ngo 1.26.9", "\ngo 1.27.0")
    assert _changed(module) == set(NAMES)


def test_a_list_that_go_mod_outgrew_is_named_with_its_remedy(module):
    with needs_file("act", module).open("a") as file:
        file.write("example.org/gone\n")
    with pytest.raises(SetupError, match=r"act\.txt names example\.org/gone.*golang\.needs"):
        pins_digest("act", module)
    needs_file("act", module).unlink()
    with pytest.raises(SetupError, match=r"act\.txt is missing.*golang\.needs"):
        pins_digest("act", module)


def test_every_pin_has_its_hash():
    text = (MODULE / "go.mod").read_text()
    sums = (MODULE / "go.sum").read_text()
    # "path => path version" in a replacement, "path version" in a requirement
    used = re.findall(r"^\t([\w.-]+\.\w+/\S+ v\S+)", text, re.MULTILINE)
    replaced = re.findall(r"^replace (\S+) => (\S+ v\S+)", text, re.MULTILINE)
    local = re.findall(r"^replace (\S+) => \./", text, re.MULTILINE)
    paths = {path for path, _ in replaced} | set(local)
    expected = [pin for pin in used if pin.split()[0] not in paths]
    expected += [pin for _, pin in replaced]
    assert len(expected) > len(paths)
    for pin in expected:
        assert re.search(rf"^{re.escape(pin)}(/go\.mod)? h1:\S+=$", sums, re.MULTILINE), pin


def test_every_module_that_is_compiled_has_the_hash_of_its_content():
    sums = (MODULE / "go.sum").read_text()
    text = (MODULE / "go.mod").read_text()
    for programs in ALL:
        for path in needs_file(programs.name).read_text().split():
            replaced = re.search(
                rf"^replace {re.escape(path)} => (\S+)(?: v\S+)?$", text, re.MULTILINE
            )
            if replaced and replaced.group(1).startswith("./"):
                continue
            name = replaced.group(1) if replaced else path
            assert re.search(rf"^{re.escape(name)} v\S+ h1:", sums, re.MULTILINE), path


def test_the_module_names_each_program_so_that_tidy_keeps_it():
    named = re.findall(r'_ "(\S+)"', (MODULE / "tools.go").read_text())
    for programs in ALL:
        assert set(programs.packages) <= set(named)
        for variable, _ in programs.variables:
            assert variable.rpartition(".")[0] in {*named, "github.com/moby/buildkit/version"}


@pytest.mark.e2e
@pytest.mark.parametrize("programs", [BUILDKIT, PULUMI, DOCKER_BUILD, ACT], ids=lambda p: p.name)
def test_what_was_built_consists_of_the_modules_on_its_list_at_their_pins(programs):
    """Go writes into a program what it was built from; whatever is built here is asked."""
    folder = find_built(programs)
    if folder is None:
        pytest.skip(f"{programs.name} is not built here; nothing asked for it yet")
    listed = set(needs_file(programs.name).read_text().split())
    for package in programs.packages:
        said = subprocess.run(
            [find_or_install_go(Progress()), "version", "-m", folder / package.split("/")[-1]],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        entered = re.findall(r"^\t(?:dep|mod)\t(\S+)\t(\S+)", said, re.MULTILINE)
        used = {path for path, _ in entered}
        assert used, said
        assert used <= listed
        for path, version in entered:
            assert version == f"v{pinned_version(path)}", path
