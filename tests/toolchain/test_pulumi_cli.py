import io
from pathlib import Path

import pytest

from toolchain.golang.pins import pinned_version
from toolchain.progress import Progress, SetupError
from toolchain.pulumi import cli as pulumi_cli
from toolchain.pulumi.build import PULUMI_VERSION
from toolchain.pulumi.cli import PulumiToolchain, ensure_pulumi
from toolchain.pulumi.environment import pulumi_environment
from toolchain.pulumi.language_host.service import VERSION
from toolchain.pulumi.release import ReleaseUnavailableError

MAJOR, MINOR, PATCH = (int(part) for part in PULUMI_VERSION.split("."))


@pytest.fixture
def ways(monkeypatch, tmp_path):
    """A machine with nothing on it; records which way was taken."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    taken = []

    def release(version, progress):
        del progress
        taken.append(f"release {version}")
        return tmp_path / "release"

    def build(progress):
        del progress
        taken.append("build")
        return tmp_path / "built"

    monkeypatch.setattr(pulumi_cli, "download_release", release)
    monkeypatch.setattr(pulumi_cli, "build_pulumi", build)
    return taken


def _install(folder: Path, version: str, *, with_language_host: bool = True) -> None:
    folder.mkdir(parents=True)
    (folder / "pulumi").write_text(f"#!/bin/sh\necho v{version}\n")
    (folder / "pulumi").chmod(0o755)
    if with_language_host:
        (folder / "pulumi-language-python").write_text("#!/bin/sh\n")
        (folder / "pulumi-language-python").chmod(0o755)


@pytest.mark.parametrize(
    "version", [PULUMI_VERSION, f"{MAJOR}.{MINOR}.{PATCH + 7}", f"{MAJOR}.{MINOR + 1}.0"]
)
def test_a_recent_pulumi_on_path_is_used_as_it_is(ways, tmp_path, version):
    _install(tmp_path / "path", version)
    assert ensure_pulumi(Progress()) == PulumiToolchain(tmp_path / "path", version, "path")
    assert ways == []


@pytest.mark.parametrize("version", [f"{MAJOR}.{MINOR - 1}.9", f"{MAJOR + 1}.0.0", "nonsense"])
def test_another_version_on_path_is_passed_over(ways, tmp_path, version):
    _install(tmp_path / "path", version)
    assert ensure_pulumi(Progress()).origin == "release"
    assert ways == [f"release {PULUMI_VERSION}"]


def test_a_pulumi_without_its_language_host_is_passed_over(ways, tmp_path):
    _install(tmp_path / "path", PULUMI_VERSION, with_language_host=False)
    assert ensure_pulumi(Progress()).origin == "release"
    assert len(ways) == 1


def test_the_language_host_is_also_found_where_a_link_leads(ways, tmp_path):
    _install(tmp_path / "cellar", PULUMI_VERSION)
    (tmp_path / "path").mkdir()
    (tmp_path / "path" / "pulumi").symlink_to(tmp_path / "cellar" / "pulumi")
    assert ensure_pulumi(Progress()).bin_folder == tmp_path / "cellar"
    assert ways == []


def test_our_own_build_on_path_does_not_pass_for_an_installed_pulumi(ways, monkeypatch, tmp_path):
    ours = tmp_path / "cache" / "slipway" / "pulumi" / "other" / "bin"
    _install(ours, PULUMI_VERSION)
    monkeypatch.setenv("PATH", str(ours))
    assert ensure_pulumi(Progress()).origin == "release"
    assert len(ways) == 1


def test_without_a_release_it_is_built_and_a_person_hears_why(ways, monkeypatch, tmp_path):
    def unavailable(*_):
        raise ReleaseUnavailableError("403 from https://example.invalid")

    monkeypatch.setattr(pulumi_cli, "download_release", unavailable)
    said = io.StringIO()
    found = ensure_pulumi(Progress(said))
    assert found == PulumiToolchain(tmp_path / "built", PULUMI_VERSION, "built")
    assert ways == ["build"]
    assert "403 from https://example.invalid" in said.getvalue()


def test_a_release_that_fails_its_checksum_is_not_papered_over_by_a_build(ways, monkeypatch):
    def tampered(*_):
        raise SetupError("what was downloaded has another SHA-256")

    monkeypatch.setattr(pulumi_cli, "download_release", tampered)
    with pytest.raises(SetupError, match="SHA-256"):
        ensure_pulumi(Progress())
    assert ways == []


def test_what_an_earlier_set_up_got_is_found_in_silence(ways, monkeypatch, tmp_path):
    said = io.StringIO()
    monkeypatch.setattr(pulumi_cli, "find_built_pulumi", lambda: tmp_path / "built")
    assert ensure_pulumi(Progress(said)).origin == "built"
    monkeypatch.setattr(pulumi_cli, "find_release", lambda _: tmp_path / "release")
    assert ensure_pulumi(Progress(said)).origin == "release"
    assert ways == []
    assert said.getvalue() == ""


def test_one_version_is_pinned_everywhere():
    for module in ("pkg", "sdk"):
        assert pinned_version(f"github.com/pulumi/pulumi/{module}/v3") == PULUMI_VERSION
    assert VERSION == PULUMI_VERSION


def test_the_environment_keeps_the_users_own_pulumi_out_of_reach(tmp_path):
    toolchain = PulumiToolchain(tmp_path / "bin", PULUMI_VERSION, "built")
    environment = pulumi_environment(toolchain, tmp_path / "state")
    home = Path(environment["PULUMI_HOME"])
    assert home.is_relative_to(tmp_path / "state")
    assert (home / "plugins").is_dir()
    assert environment["PATH"].startswith(f"{tmp_path / 'bin'}:")
    assert environment["PULUMI_IGNORE_AMBIENT_PLUGINS"] == "true"
    assert environment["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == "true"
