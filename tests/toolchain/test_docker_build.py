"""Protects the way the docker-build plugin and its builder get into a private PULUMI_HOME."""

import json
from pathlib import Path

import pytest

from toolchain.engine.address import BuildkitAddress, BuildxAddress, EngineAddress
from toolchain.progress import Progress
from toolchain.pulumi import docker_build_plugin as docker_build
from toolchain.pulumi.docker_build_plugin import VERSION, ensure_docker_build

ROOT = Path(__file__).parents[2]
BUILDKIT = BuildkitAddress(
    buildctl=Path("/tools/buildctl"),
    address="unix:///run/ours.sock",
    registry="127.0.0.1:5000",
    data=Path("/data"),
    stand_ins=(),
)


@pytest.fixture
def built(monkeypatch, tmp_path):
    """A plugin as the build would have left it."""
    folder = tmp_path / "built"
    folder.mkdir()
    program = folder / "pulumi-resource-docker-build"
    program.write_text("#!/bin/sh\necho plugin\n")
    program.chmod(0o755)
    monkeypatch.setattr(docker_build, "build", lambda *_, **__: folder)
    return program


def ensure(tmp_path, buildkit, buildx=None):
    address = EngineAddress(
        docker_host="unix:///x",
        inside_host="10.0.0.1",
        bind_host="10.0.0.1",
        buildkit=buildkit,
        buildx=buildx,
    )
    home = tmp_path / "pulumi-home"
    home.mkdir(exist_ok=True)
    return ensure_docker_build(Progress(), tmp_path / "state", home, address, "slipway-1234")


def plugin(tmp_path):
    folder = tmp_path / "pulumi-home" / "plugins" / f"resource-docker-build-v{VERSION}"
    return folder / "pulumi-resource-docker-build"


@pytest.mark.usefixtures("built")
def test_the_plugin_lies_where_the_engine_looks_and_can_be_run(tmp_path):
    ensure(tmp_path, BUILDKIT)
    assert plugin(tmp_path).read_text().endswith("echo plugin\n")
    assert plugin(tmp_path).stat().st_mode & 0o111


def test_a_second_time_nothing_is_written_and_another_build_replaces_it(built, tmp_path):
    ensure(tmp_path, BUILDKIT)
    first = plugin(tmp_path).stat().st_ino
    ensure(tmp_path, BUILDKIT)
    assert plugin(tmp_path).stat().st_ino == first

    built.unlink()
    built.write_text("another build")
    ensure(tmp_path, BUILDKIT)
    assert plugin(tmp_path).read_text() == "another build"


@pytest.mark.usefixtures("built")
def test_the_instance_file_names_our_builder_and_its_socket(tmp_path):
    variables = ensure(tmp_path, BUILDKIT)

    folder = Path(variables["DOCKER_CONFIG"])
    assert folder.is_relative_to(tmp_path / "state")
    instance = json.loads((folder / "buildx/instances" / variables["SLIPWAY_BUILDER"]).read_text())
    assert instance["Name"] == variables["SLIPWAY_BUILDER"]
    assert instance["Driver"] == "remote"
    assert [node["Endpoint"] for node in instance["Nodes"]] == ["unix:///run/ours.sock"]
    assert variables["SLIPWAY_REGISTRY"] == "127.0.0.1:5000/slipway-1234"


@pytest.mark.usefixtures("built")
def test_on_an_engine_of_the_users_our_builder_is_named_and_their_configuration_kept(tmp_path):
    ours = BuildxAddress(builder="ours", config=tmp_path / "buildx", registry="127.0.0.1:5001")
    assert ensure(tmp_path, None, ours) == {
        "BUILDX_CONFIG": str(tmp_path / "buildx"),
        "SLIPWAY_BUILDER": "ours",
        "SLIPWAY_REGISTRY": "127.0.0.1:5001/slipway-1234",
    }
    assert not (tmp_path / "state").exists()
    assert plugin(tmp_path).exists()


def test_the_plugin_and_its_sdk_are_of_one_version():
    assert f"pulumi_docker_build=={VERSION} " in (ROOT / "requirements.in").read_text()
