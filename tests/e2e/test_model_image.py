"""An image with a model: a change of the code neither fetches nor pushes the weights again."""

import json
import random
import re
import shutil
import subprocess
import time
import uuid
from pathlib import Path

import docker
import pytest
from huggingface_hub import HfApi, constants

from slipway.images.registry import ImageReference, RegistryClient
from tests.e2e.leaks import builds_since, holds, in_builds, in_files, in_registry
from tests.e2e.registry import forget_repository
from toolchain.engine.setup import ensure_engine
from toolchain.images.buildkit import Buildkitd, ensure_programs
from toolchain.progress import Progress

pytestmark = [pytest.mark.e2e, pytest.mark.machine, pytest.mark.long]

PROGRAM = Path(__file__).parent / "programs" / "model_image"
MARK = b"these are the weights"
WEIGHTS = MARK + random.Random(4).randbytes(3_000_000)  # noqa: S311 - data, not a key
MODEL = "slipway/e2e-weights"


class Project:
    """The program beside the mirror project of a sandbox, and what its platforms saw of it."""

    def __init__(self, clone, engine, folder, revision):
        self.clone = clone
        self.folder = folder
        self.token = clone.identity()["hub_read_token"]
        self.started = int(time.time())
        self.buildkit = engine.address.buildkit
        self.docker = docker.DockerClient(base_url=engine.address.docker_host)
        self.registry = engine.address.registry
        name = f"test-{uuid.uuid4().hex[:10]}"
        self.repository = f"{self.of_sandbox('SLIPWAY_REGISTRY').partition('/')[2]}/{name}"
        self.environment = {
            "REPOSITORY": name,
            "MODEL": MODEL,
            "MODEL_REVISION": revision,
            "BUILD_TOKEN": self.token,
        }

    def of_sandbox(self, variable):
        """A variable that commands in the sandbox have."""
        shown = self.clone.sandbox("run", "--", "printenv", variable)
        assert shown.returncode == 0, shown.stderr
        return shown.stdout.strip()

    def pulumi(self, *arguments, stack="dev", **environment):
        return self.clone.sandbox(
            "run",
            "--",
            "sh",
            "-c",
            'cd "$0" && pulumi stack select --create -s "$1" && shift && '
            'DOCKER_CONFIG="${OTHER_DOCKER_CONFIG:-$DOCKER_CONFIG}" pulumi "$@" --non-interactive',
            str(self.folder),
            stack,
            *arguments,
            environment={**self.environment, **environment},
        )

    def up(self, stack="dev", **environment):
        ended = self.pulumi("up", "--yes", "--skip-preview", stack=stack, **environment)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended.stdout

    def outputs(self, stack="dev"):
        shown = self.pulumi("stack", "output", "--json", stack=stack)
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout[shown.stdout.index("{") :])

    def run(self, stack="dev"):
        """What the image prints, with no network."""
        ref = self.outputs(stack)["ref"]
        self.docker.images.pull(ref, auth_config={})
        try:
            said = self.docker.containers.run(ref, remove=True, network_mode="none")
        finally:
            self.docker.images.remove(ref, force=True)
        return said.decode().strip()

    def fetched(self, since):
        return [
            row["path"]
            for row in self.clone.requests(since)
            if "/resolve/" in row["path"] and row["method"] == "GET"
        ]

    def layers(self, ref):
        """Size by digest."""
        image = ImageReference.parse(ref)
        manifest = RegistryClient(image.host).manifest(image)
        return {layer["digest"]: layer["size"] for layer in manifest["layers"]}

    def model_copied_at(self, ref):
        """When the weights' layer was made; a cached one keeps its time."""
        image = ImageReference.parse(ref)
        client = RegistryClient(image.host)
        steps = client.configuration(image, client.manifest(image))["history"]
        [made] = [step["created"] for step in steps if "COPY /models" in step["created_by"]]
        return made

    def change_the_code(self):
        server = self.folder / "app" / "server.py"
        version = re.search(r'VERSION = "(\d+)"', server.read_text()).group(1)
        server.write_text(server.read_text().replace(f'"{version}"', f'"{int(version) + 1}"'))


@pytest.fixture(scope="module")
def project(clone):
    assert clone.sandbox("run", "--", "true").returncode == 0
    folder = clone.folder / "model_image"
    shutil.copytree(PROGRAM, folder)
    (folder / "slipway").symlink_to(clone.folder / "slipway")
    (folder / ".venv").symlink_to(clone.folder / ".venv")
    identity = clone.identity()
    hub = HfApi(f"http://127.0.0.1:{identity['hub_port']}", token=identity["hub_token"])
    hub.create_repo(MODEL, private=True)
    with pytest.MonkeyPatch.context() as patch:  # the sandbox takes plain LFS uploads only
        patch.setattr(constants, "HF_HUB_DISABLE_XET", True)
        revision = hub.upload_file(
            path_or_fileobj=WEIGHTS, path_in_repo="weights.bin", repo_id=MODEL
        ).oid
    with ensure_engine(Progress()) as engine:
        made = Project(clone, engine, folder, revision)
        yield made
        for stack in ("dev", "download", "lfs", "fresh"):
            ended = made.pulumi("destroy", "--yes", "--skip-preview", stack=stack)
            assert ended.returncode == 0, ended.stdout + ended.stderr
        for repository in (made.repository, f"{made.repository}-cache"):
            forget_repository(made.registry, repository)
    hub.delete_repo(MODEL)


@pytest.fixture(scope="module")
def built(project):
    """The image after its first `up`; a preview before it has built nothing."""
    before = project.clone.last_request()
    shown = project.pulumi("preview", "--diff")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "docker-build:index:Image" in shown.stdout
    assert project.fetched(before) == []
    project.log = project.up()
    assert len(project.fetched(before)) == 1
    return project


def test_the_weights_are_one_layer_of_the_image_that_runs(built):
    outputs = built.outputs()
    layers = built.layers(outputs["ref"])
    assert outputs["digest"] in outputs["ref"]
    assert outputs["size_bytes"] == sum(layers.values())
    assert outputs["model_layer_bytes"] == layers[outputs["model_layer"]]
    assert len(WEIGHTS) <= outputs["model_layer_bytes"] < len(WEIGHTS) * 1.01

    assert built.run().endswith(f": {len(WEIGHTS)}")


def test_a_change_of_the_code_fetches_no_byte_of_the_model_and_pushes_little(built):
    old = built.outputs()
    before = built.clone.last_request()
    built.change_the_code()

    shown = built.pulumi("preview", "--diff")
    assert "tags" in shown.stdout
    log = built.up()

    new = built.outputs()
    assert new["digest"] != old["digest"]
    assert built.fetched(before) == []
    assert ran(log, "[model ") <= {"CACHED"}
    assert new["model_layer"] == old["model_layer"]
    assert built.model_copied_at(new["ref"]) == built.model_copied_at(old["ref"])
    added = set(built.layers(new["ref"]).items()) - set(built.layers(old["ref"]).items())
    assert 0 < sum(size for _, size in added) < 10_000


def test_an_unchanged_program_and_a_rotated_token_build_nothing(built):
    old = built.outputs()
    assert "building with" not in built.up()
    assert "building with" not in built.up(BUILD_TOKEN="hf_" + "r" * 34)
    assert built.outputs() == old


def test_another_downloader_fetches_again(built):
    before = built.clone.last_request()
    fetcher = built.folder / "app" / "fetch_model.py"
    fetcher.write_text(fetcher.read_text() + "\n# changed\n")
    old = built.outputs()["ref"]
    built.up()
    assert len(built.fetched(before)) == 1
    # The same weights are the same layer, whoever fetched them.
    assert built.model_copied_at(built.outputs()["ref"]) == built.model_copied_at(old)


def test_the_build_token_is_in_no_layer_no_configuration_no_cache_and_no_state(built):
    secrets = {"build token": built.token}
    mark = {"mark": MARK.decode()}
    for repository in (built.repository, f"{built.repository}-cache"):
        assert in_registry(built.registry, repository, mark)  # it looks inside
        assert in_registry(built.registry, repository, secrets) == []
    assert holds(built.log.encode(), secrets) == set()
    state = built.clone.folder / ".slipway" / "state"
    assert len(list(state.rglob("*model-image*"))) > 0
    assert in_files(state, secrets) == []


def test_the_builder_keeps_no_build_token(built):
    if built.buildkit is None:
        pytest.skip("the engine's own builder keeps its records to itself")
    ours = {
        build
        for build, content in builds_since(built.buildkit, built.started).items()
        if built.repository.encode() in content
    }
    assert ours
    assert in_builds(built.buildkit, built.started, {"build token": built.token}) == []


def test_the_same_dockerfile_delivers_without_a_model_by_another_target(built):
    before = built.clone.last_request()
    log = built.up("download", DELIVERY="download")
    outputs = built.outputs("download")
    assert outputs["model_layer"] == ""
    assert outputs["size_bytes"] < built.outputs()["size_bytes"] - len(WEIGHTS) * 0.9
    assert built.fetched(before) == []
    assert ran(log, "[model ") == set()


def test_weights_that_come_with_the_repository_are_a_layer_as_well(built):
    before = built.clone.last_request()
    weights = built.folder / "app" / "weights.bin"
    weights.write_bytes(WEIGHTS)
    try:
        built.up("lfs", DELIVERY="lfs")
    finally:
        weights.unlink()
    assert built.fetched(before) == []
    assert built.run("lfs").endswith(f": {len(WEIGHTS)}")


def test_a_builder_that_never_saw_the_model_takes_its_stage_from_the_registry(built, tmp_path):
    folder = Path(built.of_sandbox("DOCKER_CONFIG"))
    config = tmp_path / "docker-config"
    shutil.copytree(folder, config)
    other, programs = Buildkitd(tmp_path / "buildkit", tmp_path), ensure_programs(Progress())
    other.ensure(programs, built.registry, Progress())
    try:
        for instance in config.rglob("instances/*"):
            text = instance.read_text()
            instance.write_text(re.sub(r"unix://[^\"]*", other.address, text))
            assert other.address in instance.read_text()
        before = built.clone.last_request()
        built.change_the_code()
        log = built.up("fresh", OTHER_DOCKER_CONFIG=str(config))
        used = subprocess.run(
            [programs.buildctl, "--addr", other.address, "du"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    finally:
        other.stop()
    assert re.search(r"Total:\s+[1-9]", used)  # that builder did build
    assert built.fetched(before) == []
    assert ran(log, "[model ") <= {"CACHED"}
    assert built.outputs("fresh")["model_layer"] == built.outputs()["model_layer"]


def test_a_dockerfile_that_breaks_a_rule_stops_before_any_call(built):
    before = built.clone.last_request()
    dockerfile = built.folder / "app" / "Dockerfile"
    text = dockerfile.read_text()
    dockerfile.write_text(text.replace("ARG BASE_MODEL\n", "ARG BASE_MODEL\nARG HF_TOKEN\n"))
    try:
        ended = built.pulumi("preview")
    finally:
        dockerfile.write_text(text)
    assert ended.returncode != 0
    assert "HF_TOKEN is an ARG or ENV" in ended.stdout
    assert "Traceback" not in ended.stdout
    assert built.clone.requests(before) == []


def ran(log, stage):
    """How BuildKit says a stage's own instructions ended: CACHED or DONE; FROM is left out.

    The engine drops lines of a plugin when it is busy, so what is missing here proves nothing.
    """
    steps = re.finditer(r"(#\d+) (\[[^]\n]*\]) (?!FROM)", log)
    numbers = {step[1] for step in steps if step[2].startswith(stage)}
    return {end[2] for end in re.finditer(r"(#\d+) (CACHED|DONE)", log) if end[1] in numbers}
